"""What AWS itself says of an image's origin: its source, its ancestry, its watermarks (AWS_FACTS 1.3, 1.5)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from ami_lineage_contracts.events.image import AncestryEntry, ImageObserved
from ami_lineage_contracts.stream_ids import image_stream
from lineage.order import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedSource:
    """What EC2 names as the source of the image; `source_region` None is the image's own Region."""

    event_id: str
    source_image_id: str
    source_region: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What AWS said of the image `child`: its source is the image `parent`, where it said so; both are stream ids.

    `owner_alias` is that of a verified provider (``amazon``), at whose images AWS stops.
    """

    child: str
    parent: str | None
    event_id: str
    owner_alias: str | None = None


@dataclass(frozen=True, slots=True)
class WatermarkState:
    """A watermark, and the stream of the image to which it was first attached; None is not known."""

    key: str
    source: str | None
    attached_at: datetime | None
    event_id: str


class Claims:
    """Gathers them in fold order; of two words about one thing the first counts, for it never changes."""

    def __init__(self, stream_id: str, partition: str, region: str, image_id: str) -> None:
        self._stream_id = stream_id
        self._partition = partition
        self._region = region
        self._image_id = image_id
        self.source: ObservedSource | None = None
        self.statements: dict[str, Statement] = {}
        self.watermarks: dict[str, WatermarkState] = {}

    def observe(self, payload: ImageObserved, entry: Entry) -> None:
        """Take an observation into account."""
        if payload.source_image_id and self.source is None:
            self.source = ObservedSource(
                event_id=entry.event_id,
                source_image_id=payload.source_image_id,
                source_region=payload.source_image_region or None,
            )
        self._follow(payload.ancestry, entry)
        if payload.watermarks is not None:
            seen = {
                each.key: WatermarkState(
                    each.key,
                    self._find_stream(each.source_image_id, each.source_region),
                    each.attached_at,
                    entry.event_id,
                )
                for each in payload.watermarks
            }
            self.watermarks = {key: seen[key] for key in sorted(seen)}

    def attach(self, key: str | None, entry: Entry) -> None:
        """A watermark was attached first to this image."""
        if key:
            self.watermarks.setdefault(key, WatermarkState(key, self._stream_id, entry.at, entry.event_id))

    def detach(self, key: str | None) -> None:
        """A watermark was taken away."""
        if key:
            self.watermarks.pop(key, None)

    def _follow(self, ancestry: tuple[AncestryEntry, ...], entry: Entry) -> None:
        """Each entry names the one behind it as its source, and in which Region that is (AWS_FACTS 1.3).

        The last may be where AWS stops, and not where the chain does: nothing is said of its source.
        """
        region: str | None = self._region
        expected: str | None = self._image_id
        for step, above in zip_longest(ancestry, ancestry[1:]):
            child = self._find_stream(step.image_id, region)
            if child is None or step.image_id != expected:
                return  # no chain from the image itself: where this entry lives is not known
            region, expected = step.source_region or region, step.source_image_id
            known = above is not None and above.image_id == expected
            parent = self._find_stream(expected, region) if known else None
            if child != self._stream_id:
                held = self.statements.get(child)
                if held is None or (held.parent is None and parent is not None):
                    said = Statement(child, parent, entry.event_id, step.owner_alias)
                    self.statements[child] = said
            elif self.source is None and parent is not None and expected is not None:
                self.source = ObservedSource(
                    event_id=entry.event_id, source_image_id=expected, source_region=step.source_region
                )

    def _find_stream(self, image_id: str | None, region: str | None) -> str | None:
        if not image_id or not region or "/" in region or "|" in region:
            return None
        return image_stream(self._partition, region, image_id)
