"""Bulk upserts: rows of equal shape in one traversal (PERFORMANCE 2, recipe B)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gremlin_python.process.graph_traversal import GraphTraversal, GraphTraversalSource, __
from gremlin_python.process.traversal import Cardinality, Direction, Merge, T

from graph_store.elements import build_placeholder
from graph_store.gremlin.keys import EDGE_ID, EPOCH, build_internal, has_epoch, to_edge_store_id, to_store_id
from graph_store.gremlin.requests import Row, Rows
from graph_store.models import Edge, Properties, Scalar, Vertex

_KEY: Final = "~key"
_CREATE: Final = "~create"
_SHAPE_RECORDS: Final = 1

_PLACEHOLDER_KEYS: Final = frozenset(
    {"kind", "resource_id", "partition", "region", "account_id", "terminal_reason"}
)
"""What a placeholder may carry that the vertex in its place may lack."""

Shape = tuple[str, ...]


def build_vertex_queries(
    g: GraphTraversalSource, generation: str, vertices: Iterable[Vertex], records: int
) -> Iterator[GraphTraversal]:
    """Create or overwrite vertices."""

    def rows() -> Iterator[tuple[str, Row, Properties]]:
        for vertex in vertices:
            properties: dict[str, Scalar] = {
                "placeholder": False,
                "event_count": 0,
                "event_hash": "",
                **vertex.properties,
            }
            yield _build_vertex_row(generation, vertex.label, vertex.id, properties)

    for shape, batch in _group(rows(), records):
        query = _merge_vertices(g, batch)
        foreign = sorted(_PLACEHOLDER_KEYS.difference(shape))
        if foreign:
            query = query.side_effect(__.properties(*foreign).drop())
        yield _set_each(query, shape).none()


def build_placeholder_queries(
    g: GraphTraversalSource, generation: str, stream_ids: Iterable[str], records: int
) -> Iterator[GraphTraversal]:
    """Create placeholders; what exists stays as it is."""
    rows = (
        _build_vertex_row(generation, one.label, one.id, one.properties)
        for one in map(build_placeholder, stream_ids)
    )
    for shape, batch in _group(rows, records):
        yield _set_each(_merge_vertices(g, batch).has_not("event_count"), shape).none()


def build_edge_queries(
    g: GraphTraversalSource, generation: str, edges: Iterable[Edge], records: int
) -> Iterator[GraphTraversal]:
    """Create or overwrite edges; both ends exist."""

    def rows() -> Iterator[tuple[str, Row, Properties]]:
        for edge in edges:
            create = {
                T.label: edge.label,
                Direction.OUT: to_store_id(generation, edge.source),
                Direction.IN: to_store_id(generation, edge.target),
            }
            yield _build_row(
                edge.label,
                to_edge_store_id(generation, edge.id, 0),
                create,
                {**edge.properties, EDGE_ID: edge.id},
            )

    for shape, batch in _group(rows(), records):
        query = (
            g.inject(batch)
            .unfold()
            .as_("m")
            .merge_e(__.select("m").select(_KEY))
            .option(Merge.on_create, __.select("m").select(_CREATE))
        )
        for key in shape:
            query = query.property(key, __.select("m").select(key))
        yield query.none()


def _merge_vertices(g: GraphTraversalSource, batch: Rows) -> GraphTraversal:
    return (
        g.inject(batch)
        .unfold()
        .as_("m")
        .merge_v(__.select("m").select(_KEY))
        .option(Merge.on_create, __.select("m").select(_CREATE))
    )


def _set_each(query: GraphTraversal, shape: Shape) -> GraphTraversal:
    for key in shape:
        query = query.property(Cardinality.single, key, __.select("m").select(key))
    return query


def _build_vertex_row(
    generation: str, label: str, stream_id: str, properties: Properties
) -> tuple[str, Row, Properties]:
    values = {**properties, **build_internal(generation, label, properties)}
    if has_epoch(label):
        values[EPOCH] = 0
    return _build_row(label, to_store_id(generation, stream_id), {T.label: label}, values)


def _build_row(
    label: str, store_id: str, create: Mapping[Any, str], properties: Properties
) -> tuple[str, Row, Properties]:
    return label, {_KEY: {T.id: store_id}, _CREATE: create, **properties}, properties


def _group(rows: Iterable[tuple[str, Row, Properties]], records: int) -> Iterator[tuple[Shape, Rows]]:
    """Rows of one label with the same keys, in batches of so many records."""
    groups: dict[tuple[str, Shape], Rows] = defaultdict(Rows)
    for label, row, properties in rows:
        groups[label, tuple(sorted(properties))].append(row)
    for (_, shape), batch in groups.items():
        size = max(1, records // (len(shape) + _SHAPE_RECORDS))
        for start in range(0, len(batch), size):
            yield shape, Rows(batch[start : start + size])
