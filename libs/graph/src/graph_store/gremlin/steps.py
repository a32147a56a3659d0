"""Pieces of traversals that the writes share; each is a side effect on a vertex."""

from collections.abc import Iterable

from gremlin_python.process.graph_traversal import GraphTraversal, __
from gremlin_python.process.traversal import Cardinality, Merge, P, T

from graph_store.elements import build_placeholder
from graph_store.gremlin.keys import EDGE_ID, EPOCH, build_internal, has_epoch, to_edge_store_id, to_store_id
from graph_store.models import Edge, Properties, Vertex


def set_properties(query: GraphTraversal, properties: Properties) -> GraphTraversal:
    """Set vertex properties, each with cardinality single (Neptune's default would add a value)."""
    for key in sorted(properties):
        query = query.property(Cardinality.single, key, properties[key])
    return query


def build_missing_vertex(generation: str, vertex: Vertex) -> GraphTraversal:
    """Creates a vertex; one that exists stays as it is."""
    created = (
        __.merge_v({T.id: to_store_id(generation, vertex.id)})
        .option(Merge.on_create, {T.label: vertex.label})
        .has_not("event_count")
    )
    if has_epoch(vertex.label):
        created = created.property(Cardinality.single, EPOCH, 0)
    return set_properties(
        created,
        {**vertex.properties, **build_internal(generation, vertex.label, vertex.properties)},
    )


def build_placeholder_steps(
    query: GraphTraversal, generation: str, stream_ids: Iterable[str]
) -> GraphTraversal:
    """Placeholders for what does not exist yet."""
    for stream_id in stream_ids:
        query = query.side_effect(build_missing_vertex(generation, build_placeholder(stream_id)))
    return query


def build_edge_steps(
    query: GraphTraversal, generation: str, edges: Iterable[Edge], vertex_id: str, serial: int
) -> GraphTraversal:
    """Create edges of the vertex, or bring existing ones to exactly these properties.

    The vertex is one end of each edge; its guard keeps two writers from creating the same edge.
    """
    for edge in sorted(edges, key=lambda one: one.id):
        created = __.add_e(edge.label)
        if edge.source == vertex_id:
            existing = __.out_e(edge.label)
            created = created.to(__.V(to_store_id(generation, edge.target)))
        else:
            existing = __.in_e(edge.label)
            created = created.from_(__.V(to_store_id(generation, edge.source)))
        created = created.property(T.id, to_edge_store_id(generation, edge.id, serial))
        step = __.coalesce(existing.has(EDGE_ID, edge.id), created.property(EDGE_ID, edge.id))
        step = step.side_effect(drop_properties_except({*edge.properties, EDGE_ID}))
        for key in sorted(edge.properties):
            step = step.property(key, edge.properties[key])
        query = query.side_effect(step)
    return query


def drop_properties_except(kept: Iterable[str]) -> GraphTraversal:
    """Drops every property that is not kept."""
    keys = sorted(kept)
    return __.properties().has_key(P.without(keys)).drop() if keys else __.properties().drop()


def drop_except(edges: GraphTraversal, kept: Iterable[Edge]) -> GraphTraversal:
    """Drops the edges that a traversal finds, except those kept."""
    ids = sorted(edge.id for edge in kept)
    return edges.has(EDGE_ID, P.without(ids)).drop() if ids else edges.drop()
