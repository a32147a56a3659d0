"""Layout of a lineage drawing: columns by depth, the root on the left, wide columns collapsed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ami_lineage_contracts.graph import CONFIDENCE_ORDER
from query_api.domain.words import to_words

BOX_WIDTH: Final = 204
BOX_HEIGHT: Final = 48
COLUMN_GAP: Final = 168
LABEL_WIDTH: Final = 116
ROW_GAP: Final = 22
MARGIN: Final = 20
END_WIDTH: Final = 168
MAX_PER_COLUMN: Final = 24
MAX_NODES: Final = 300
NAME_LENGTH: Final = 23


@dataclass(frozen=True)
class DrawnImage:
    """What the drawing needs of an image; `level` is below 0 for ancestors, 0 for the image itself."""

    id: str
    level: int
    title: str
    subtitle: str
    account: str
    terminal_reason: str | None
    known: bool


@dataclass(frozen=True)
class DrawnEdge:
    """`source` is derived from `target`."""

    source: str
    target: str
    method: str | None
    confidence: str | None


@dataclass(frozen=True)
class Box:
    """A box at a place. `href_id` is empty for a group; `count` is 1 for a single image."""

    key: str
    x: int
    y: int
    title: str
    subtitle: str
    href_id: str
    count: int
    focus: bool
    known: bool
    end_title: str
    """Set where the chain ends at this box: the reason in words."""


@dataclass(frozen=True)
class Line:
    """A curve from a parent's box to a derived one's."""

    path: str
    label_x: int
    label_y: int
    method: str
    confidence: str
    dashed: bool
    count: int
    title: str


@dataclass(frozen=True)
class Drawing:
    """Everything at its place, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    collapsed: bool
    omitted: int
    """Images that stand in no box, because the drawing would have more than MAX_NODES."""


def draw(images: Sequence[DrawnImage], edges: Sequence[DrawnEdge]) -> Drawing:
    """Lay a lineage out. Columns with more than MAX_PER_COLUMN images are collapsed by account."""
    shown, group_of = _group(images)
    columns = _order(shown, edges, group_of)
    levels = sorted(columns)
    rows = max((len(column) for column in columns.values()), default=1)
    height = 2 * MARGIN + rows * (BOX_HEIGHT + ROW_GAP) - ROW_GAP
    left = MARGIN + (END_WIDTH if any(_ends(group) for group in shown.values()) else 0)
    places: dict[str, tuple[int, int]] = {}
    for index, level in enumerate(levels):
        column = columns[level]
        top = (height - (len(column) * (BOX_HEIGHT + ROW_GAP) - ROW_GAP)) // 2
        for row, key in enumerate(column):
            places[key] = (left + index * (BOX_WIDTH + COLUMN_GAP), top + row * (BOX_HEIGHT + ROW_GAP))
    width = left + max(len(levels), 1) * (BOX_WIDTH + COLUMN_GAP) - COLUMN_GAP + MARGIN
    return Drawing(
        width=width,
        height=height,
        boxes=tuple(_box(key, shown[key], places[key]) for key in places),
        lines=tuple(_lines(edges, group_of, places)),
        collapsed=any(len(group) > 1 for group in shown.values()),
        omitted=len(images) - sum(len(group) for group in shown.values()),
    )


def _group(images: Sequence[DrawnImage]) -> tuple[dict[str, list[DrawnImage]], dict[str, str]]:
    """Boxes by key, and the key of each image. The image itself and short columns stay as they are."""
    per_level = Counter(image.level for image in images)
    shown: dict[str, list[DrawnImage]] = {}
    group_of: dict[str, str] = {}
    for image in images:
        single = per_level[image.level] <= MAX_PER_COLUMN
        key = image.id if single else f"group:{image.level}:{image.account}"
        if key not in shown and len(shown) >= MAX_NODES:
            continue
        shown.setdefault(key, []).append(image)
        group_of[image.id] = key
    return shown, group_of


def _order(
    shown: Mapping[str, list[DrawnImage]], edges: Sequence[DrawnEdge], group_of: Mapping[str, str]
) -> dict[int, list[str]]:
    """Keys by level; each beside what it is joined to, seen from the image outwards."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        source, target = group_of.get(edge.source), group_of.get(edge.target)
        if source is not None and target is not None:
            neighbours[source].add(target)
            neighbours[target].add(source)
    columns: dict[int, list[str]] = defaultdict(list)
    for key, group in shown.items():
        columns[group[0].level].append(key)
    position: dict[str, float] = {}

    def rank(key: str) -> tuple[float, str]:
        known = [position[other] for other in neighbours[key] if other in position]
        return (sum(known) / len(known) if known else 0.5, shown[key][0].title)

    for level in sorted(columns, key=abs):
        columns[level].sort(key=rank)
        size = len(columns[level])
        position.update((key, (index + 0.5) / size) for index, key in enumerate(columns[level]))
    return columns


def _ends(group: Sequence[DrawnImage]) -> bool:
    return any(image.terminal_reason for image in group)


def _box(key: str, group: Sequence[DrawnImage], place: tuple[int, int]) -> Box:
    first, single = group[0], len(group) == 1
    reasons = sorted({image.terminal_reason for image in group if image.terminal_reason})
    return Box(
        key=key,
        x=place[0],
        y=place[1],
        title=_shorten(first.title) if single else f"{len(group)} images",
        subtitle=first.subtitle if single else f"account {first.account}",
        href_id=first.id if single else "",
        count=len(group),
        focus=first.level == 0,
        known=all(image.known for image in group),
        end_title=", ".join(to_words(reason) for reason in reasons),
    )


def _lines(
    edges: Sequence[DrawnEdge], group_of: Mapping[str, str], places: Mapping[str, tuple[int, int]]
) -> list[Line]:
    joined: dict[tuple[str, str], list[DrawnEdge]] = defaultdict(list)
    for edge in edges:
        source, target = group_of.get(edge.source), group_of.get(edge.target)
        if source in places and target in places and source != target:
            joined[str(source), str(target)].append(edge)
    return [_line(group, places[source], places[target]) for (source, target), group in joined.items()]


def _line(group: Sequence[DrawnEdge], source: tuple[int, int], target: tuple[int, int]) -> Line:
    start_x, start_y = target[0] + BOX_WIDTH, target[1] + BOX_HEIGHT // 2
    end_x, end_y = source[0], source[1] + BOX_HEIGHT // 2
    flat_x = end_x - LABEL_WIDTH
    bend = max(24, abs(flat_x - start_x) // 2)
    weakest = min((edge.confidence or "unknown" for edge in group), key=_strength)
    methods = sorted({to_words(edge.method) for edge in group})
    label = methods[0] if len(methods) == 1 else f"{len(methods)} methods"
    count = len(group)
    return Line(
        path=f"M{start_x} {start_y}C{start_x + bend} {start_y} {flat_x - bend} {end_y} {flat_x} {end_y}H{end_x - 7}",
        label_x=end_x - 14,
        label_y=end_y,
        method=label if count == 1 else f"{label} ({count})",
        confidence=to_words(weakest),
        dashed=weakest in ("inferred", "unknown"),
        count=count,
        title=f"{', '.join(methods)}, {to_words(weakest)}" + (f", {count} images" if count > 1 else ""),
    )


def _strength(confidence: str) -> int:
    """Place in the order from the weakest to the strongest; words that are not known are weakest."""
    order: tuple[str, ...] = CONFIDENCE_ORDER
    return order.index(confidence) if confidence in order else 0


def _shorten(text: str) -> str:
    return text if len(text) <= NAME_LENGTH else f"{text[: NAME_LENGTH - 1]}…"
