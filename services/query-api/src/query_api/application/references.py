"""What refers to images: templates, parameters, configurations and recipes, groups, and what these would launch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph_store.models import Edge, Vertex
from query_api.application.accounts import Accounts
from query_api.application.impact_answers import GroupRow, Launch, Reference, ReferrerRow
from query_api.application.ports import GraphReader
from query_api.application.views import read_flag, read_list, read_text

MAX_STEPS: Final = 6
"""A group refers to a template, that to a parameter, that to an image; two steps more than are ever needed."""
REFERENCES_LIMIT: Final = 50_000
GROUP: Final = "AutoScalingGroup"


@dataclass(frozen=True)
class References:
    """Edges that hold now, and the vertices at which they begin."""

    edges: tuple[Edge, ...]
    vertices: Mapping[str, Vertex]
    launches: tuple[Edge, ...]
    """WOULD_LAUNCH."""
    group_edges: tuple[Edge, ...]
    """All that the groups which would launch refer to."""
    truncated: bool


async def load_references(graph: GraphReader, images: Sequence[str]) -> References:
    """Everything that refers to these images now, directly or over others.

    A past version of a parameter that carries a label can still be asked for by it.
    """
    edges: dict[str, Edge] = {}
    vertices: dict[str, Vertex] = {}
    truncated = False
    frontier = list(images)
    for _ in range(MAX_STEPS):
        found = await graph.find_neighbours(frontier, ["REFERENCES"], outgoing=False, limit=REFERENCES_LIMIT)
        truncated = truncated or found.truncated
        current = [edge for edge in found.edges if is_open(edge) or edge.properties.get("labels")]
        edges |= {edge.id: edge for edge in current}
        frontier = sorted({edge.source for edge in current} - vertices.keys())
        vertices |= {key: found.vertices[key] for key in frontier}
        if not frontier:
            break
    launching = await graph.find_neighbours(images, ["WOULD_LAUNCH"], outgoing=False, limit=REFERENCES_LIMIT)
    launches = tuple(edge for edge in launching.edges if is_open(edge))
    vertices |= {edge.source: launching.vertices[edge.source] for edge in launches}
    groups = sorted({edge.source for edge in launches})
    chosen = await graph.find_neighbours(groups, ["REFERENCES"], outgoing=True, limit=REFERENCES_LIMIT)
    return References(
        edges=tuple(edges.values()),
        vertices=vertices,
        launches=launches,
        group_edges=tuple(edge for edge in chosen.edges if is_open(edge)),
        truncated=truncated or launching.truncated or chosen.truncated,
    )


def is_open(edge: Edge) -> bool:
    """Whether an edge still holds."""
    return not edge.properties.get("valid_to")


def list_referrers(references: References, accounts: Accounts) -> list[ReferrerRow]:
    """A row for each that is no group, by kind and name."""
    by_source: dict[str, list[Edge]] = defaultdict(list)
    for edge in references.edges:
        by_source[edge.source].append(edge)
    rows = [
        _to_referrer(references.vertices[source], edges, accounts)
        for source, edges in by_source.items()
        if references.vertices[source].label != GROUP
    ]
    return sorted(rows, key=lambda row: (row.kind, row.id))


def list_groups(references: References, accounts: Accounts) -> list[GroupRow]:
    """A row for each group that refers to, or would launch, what is affected."""
    return [
        _to_group(vertex, accounts)
        for key, vertex in sorted(references.vertices.items())
        if vertex.label == GROUP
    ]


def list_launches(references: References, accounts: Accounts) -> list[Launch]:
    """What the next scale-out of each group would start."""
    ways: dict[str, list[str]] = defaultdict(list)
    for edge in references.group_edges:
        ways[edge.source].append(_describe(edge))
    rows = []
    for edge in sorted(references.launches, key=lambda each: (each.source, each.target)):
        group = _to_group(references.vertices[edge.source], accounts)
        rows.append(
            Launch(
                group=group.id,
                name=group.name,
                image=edge.target,
                account_id=group.account_id,
                account_name=group.account_name,
                owner=group.owner,
                region=group.region,
                since=read_text(edge.properties.get("valid_from")),
                max_size=group.max_size,
                how=tuple(dict.fromkeys(sorted(ways[edge.source]))),
                evidence=tuple(str(item) for item in read_list(edge.properties.get("evidence"))),
            )
        )
    return rows


def _describe(edge: Edge) -> str:
    kind, _, rest = edge.target.partition("/")
    version = edge.properties.get("version")
    text = f"{kind.replace('-', ' ')} {rest.rpartition('/')[2]}"
    return f"{text} version {version}" if version and kind == "launch-template" else text


def _to_group(vertex: Vertex, accounts: Accounts) -> GroupRow:
    get = vertex.properties.get
    facts = accounts.get_facts(read_text(get("account_id")))
    return GroupRow(
        id=vertex.id,
        name=str(get("resource_id", vertex.id.rpartition("/")[2])),
        account_id=read_text(get("account_id")),
        account_name=facts.name,
        owner=facts.owner,
        region=read_text(get("region")),
        max_size=_number(get("max_size")),
        desired_capacity=_number(get("desired_capacity")),
        launches_unknown=read_text(get("launches_unknown")),
    )


def _to_referrer(vertex: Vertex, edges: Iterable[Edge], accounts: Accounts) -> ReferrerRow:
    get = vertex.properties.get
    facts = accounts.get_facts(read_text(get("account_id")))
    return ReferrerRow(
        id=vertex.id,
        kind=str(get("kind", vertex.label)).replace("-", "_"),
        name=str(get("name") or get("resource_id") or vertex.id.rpartition("/")[2]),
        account_id=read_text(get("account_id")),
        account_name=facts.name,
        owner=facts.owner,
        region=read_text(get("region")),
        references=tuple(_to_reference(edge) for edge in sorted(edges, key=lambda each: each.id)),
    )


def _to_reference(edge: Edge) -> Reference:
    get = edge.properties.get
    return Reference(
        target=edge.target,
        version=read_text(get("version")),
        is_default=read_flag(get("is_default")),
        is_latest=read_flag(get("is_latest")),
        labels=tuple(str(item) for item in read_list(get("labels"))),
        valid_from=read_text(get("valid_from")),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
