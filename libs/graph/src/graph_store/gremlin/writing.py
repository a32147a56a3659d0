"""Traversals of the guarded writes: a section per stream, many sections in one request and one transaction.

The guard and what it guards are one traversal, so they commit together or not at all.
"""

from collections.abc import Sequence
from typing import Final

from gremlin_python.process.graph_traversal import GraphTraversal, GraphTraversalSource, __
from gremlin_python.process.traversal import Cardinality, Merge, P, T

from ami_lineage_contracts.graph import DERIVED_EDGES, FACT_EDGES
from graph_store.elements import build_fact_properties, find_missing_ends
from graph_store.gremlin.keys import EPOCH, INTERNAL, build_internal, has_epoch, to_store_id
from graph_store.gremlin.steps import (
    build_edge_steps,
    build_placeholder_steps,
    drop_except,
    drop_properties_except,
    set_properties,
)
from graph_store.models import (
    CLOSURE_PROPERTIES,
    EDGES_OWNED_BY_TARGET,
    ClosureWrite,
    Edge,
    StreamFacts,
    WriteOutcome,
)

_OVERHEAD_RECORDS: Final = 4


def build_facts_query(
    g: GraphTraversalSource, generation: str, facts: Sequence[StreamFacts]
) -> GraphTraversal:
    """Yields ``{index}:{outcome}`` for each stream."""
    return g.inject(0).union(*(_build_facts(generation, one, index) for index, one in enumerate(facts)))


def build_closures_query(
    g: GraphTraversalSource, generation: str, closures: Sequence[ClosureWrite]
) -> GraphTraversal:
    """Yields the index of each closure that was written."""
    return g.inject(0).union(*(_build_closure(generation, one, index) for index, one in enumerate(closures)))


def estimate_fact_records(facts: StreamFacts) -> int:
    """Records that a write of facts touches: the vertex, its edges, and a placeholder behind each edge."""
    return (
        _OVERHEAD_RECORDS
        + len(facts.vertex.properties)
        + sum(2 * _OVERHEAD_RECORDS + 4 + len(edge.properties) for edge in facts.edges)
    )


def estimate_closure_records(closure: ClosureWrite) -> int:
    """Records that a write of a closure touches."""
    return _OVERHEAD_RECORDS + sum(2 * _OVERHEAD_RECORDS + 4 + len(edge.properties) for edge in closure.edges)


def _build_facts(generation: str, facts: StreamFacts, index: int) -> GraphTraversal:
    vertex = facts.vertex
    same = __.has("event_count", facts.event_count).has("event_hash", facts.event_hash)
    return (
        __.merge_v({T.id: to_store_id(generation, vertex.id)})
        .option(Merge.on_create, {T.label: vertex.label})
        .choose(
            __.has("event_count", P.gte(facts.event_count)),
            __.choose(
                same,
                __.constant(f"{index}:{WriteOutcome.UNCHANGED}"),
                __.constant(f"{index}:{WriteOutcome.STALE}"),
            ),
            _build_replacement(generation, facts).constant(f"{index}:{WriteOutcome.WRITTEN}"),
        )
    )


def _build_replacement(generation: str, facts: StreamFacts) -> GraphTraversal:
    vertex, owner = facts.vertex, facts.vertex.id
    properties = build_fact_properties(facts)
    properties |= build_internal(generation, vertex.label, properties)
    query = __.side_effect(drop_properties_except({*properties, *CLOSURE_PROPERTIES, *INTERNAL}))
    if has_epoch(vertex.label):
        query = query.side_effect(__.has_not(EPOCH).property(Cardinality.single, EPOCH, 0))
    query = set_properties(query, properties)
    for owned in (__.out_e(*FACT_EDGES), __.in_e(*sorted(EDGES_OWNED_BY_TARGET))):
        query = query.side_effect(drop_except(owned.has("owner", owner), facts.edges))
    query = build_placeholder_steps(query, generation, find_missing_ends(facts.edges, [owner]))
    owned_edges = [
        Edge(one.id, one.label, one.source, one.target, {**one.properties, "owner": owner})
        for one in facts.edges
    ]
    return build_edge_steps(query, generation, owned_edges, owner, facts.event_count)


def _build_closure(generation: str, closure: ClosureWrite, index: int) -> GraphTraversal:
    query = __.V(to_store_id(generation, closure.stream_id)).has(EPOCH, closure.epoch_read)
    query = query.side_effect(drop_except(__.out_e(*DERIVED_EDGES), closure.edges))
    absent = sorted(CLOSURE_PROPERTIES - closure.properties.keys())
    if absent:
        query = query.side_effect(__.properties(*absent).drop())
    query = set_properties(query, {**closure.properties, EPOCH: closure.epoch_read + 1})
    ends = find_missing_ends(closure.edges, [closure.stream_id])
    query = build_placeholder_steps(query, generation, ends)
    query = build_edge_steps(query, generation, closure.edges, closure.stream_id, closure.epoch_read + 1)
    return query.constant(index)
