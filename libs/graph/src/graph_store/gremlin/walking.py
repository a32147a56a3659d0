"""Traversals over the edges: bounded, each vertex once, the nearest first.

`emit` stands before `repeat`, or the root itself is lost (PERFORMANCE 3). The barrier makes the walk breadth
first, so that a limit keeps the nearest and a bound on depth never hides what a shorter way reaches.
"""

from collections.abc import Iterable

from gremlin_python.process.graph_traversal import GraphTraversal, GraphTraversalSource, __

from graph_store.dependents import DEPENDENT_IN, DEPENDENT_OUT, START_IN, START_OUT
from graph_store.elements import CLOSED_LABELS
from graph_store.gremlin.keys import to_store_id
from graph_store.read_models import MAX_DEPTH, Direction

INSTANCE_EDGES = ("RUNS", "LAUNCHED_FROM")


def build_walk(
    g: GraphTraversalSource, generation: str, roots: Iterable[str], direction: Direction, depth: int
) -> GraphTraversal:
    """The roots and what is reached from them over DERIVED_FROM."""
    step = __.out("DERIVED_FROM") if direction is Direction.ANCESTORS else __.in_("DERIVED_FROM")
    return (
        g.V(*(to_store_id(generation, one) for one in roots))
        .emit()
        .repeat(step.dedup().barrier())
        .times(depth)
        .dedup()
    )


def build_lineage_query(
    g: GraphTraversalSource, generation: str, root: str, direction: Direction, depth: int, limit: int
) -> GraphTraversal:
    """Element maps of images with the DERIVED_FROM edges that leave them."""
    return (
        build_walk(g, generation, [root], direction, depth)
        .limit(limit)
        .project("vertex", "edges")
        .by(__.element_map())
        .by(__.out_e("DERIVED_FROM").value_map().fold())
    )


def build_dependents_query(
    g: GraphTraversalSource, generation: str, stream_ids: Iterable[str]
) -> GraphTraversal:
    """Ids of what was closed over these streams; the walk ends at images (see `dependents`)."""
    onward = __.union(__.in_(*DEPENDENT_IN), __.out(*DEPENDENT_OUT))
    return (
        g.V(*(to_store_id(generation, one) for one in stream_ids))
        .union(__.identity(), __.out(*START_OUT), __.in_(*START_IN))
        .dedup()
        .emit()
        .repeat(__.not_(__.has_label("Image")).flat_map(onward).dedup())
        .times(MAX_DEPTH)
        .has_label(*CLOSED_LABELS)
        .dedup()
        .id_()
    )
