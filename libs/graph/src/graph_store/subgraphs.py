"""Putting a lineage together from what a walk brought (pure, for every store)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from graph_store.errors import PermanentGraphError
from graph_store.models import Edge, Vertex
from graph_store.read_models import MAX_DEPTH, MAX_NODES, Direction, LineageNode, Subgraph


@dataclass(frozen=True, slots=True)
class Walk:
    """Vertices reached from the root in one direction (root included), and the edges that leave them."""

    direction: Direction
    vertices: Mapping[str, Vertex]
    edges: Iterable[Edge]


def require_bounds(depth: int, limit: int) -> None:
    """Refuse reads without a bound.

    Raises:
        PermanentGraphError: says which bound holds.
    """
    if not 1 <= depth <= MAX_DEPTH:
        raise PermanentGraphError(f"depth is 1 to {MAX_DEPTH}, not {depth}")
    if not 1 <= limit <= MAX_NODES:
        raise PermanentGraphError(f"limit is 1 to {MAX_NODES}, not {limit}")


def build_subgraph(root: Vertex, walks: Iterable[Walk], depth: int, limit: int) -> Subgraph:
    """The images within `depth` of the root, the nearest first, at most `limit` of them.

    Walks have gone one step further than `depth`, so that `deeper` is known and not guessed. With a cycle in
    the data an image may be both ancestor and descendant: it appears once, at its smaller depth.
    """
    nodes = {root.id: LineageNode(root, 0, "root")}
    edges: dict[str, Edge] = {}
    deeper = False
    for walk in walks:
        known = [edge for edge in walk.edges if edge.source in walk.vertices and edge.target in walk.vertices]
        edges |= {edge.id: edge for edge in known}
        relation: Literal["ancestor", "descendant"] = (
            "ancestor" if walk.direction is Direction.ANCESTORS else "descendant"
        )
        for vertex_id, distance in _measure(root.id, known, walk.direction).items():
            if distance > depth:
                deeper = True
            elif vertex_id not in nodes or distance < nodes[vertex_id].depth:
                nodes[vertex_id] = LineageNode(walk.vertices[vertex_id], distance, relation)
    ordered = sorted(nodes.values(), key=lambda node: (node.depth, node.vertex.id))
    kept = {node.vertex.id for node in ordered[:limit]}
    return Subgraph(
        nodes=tuple(ordered[:limit]),
        edges=tuple(edges[one] for one in sorted(edges) if {edges[one].source, edges[one].target} <= kept),
        truncated=len(ordered) > limit,
        deeper=deeper,
    )


def add_included(
    subgraph: Subgraph,
    relation: Literal["instance", "snapshot"],
    vertices: Mapping[str, Vertex],
    edges: Iterable[Edge],
    limit: int,
) -> Subgraph:
    """The subgraph with instances or snapshots that `edges` tie to its images, at most `limit` of them."""
    depth_of = {node.vertex.id: node.depth for node in subgraph.nodes}
    nearest: dict[str, int] = {}
    tying: dict[str, Edge] = {}
    for edge in edges:
        image, other = (edge.target, edge.source) if relation == "instance" else (edge.source, edge.target)
        if image in depth_of and other in vertices:
            tying[edge.id] = edge
            nearest[other] = min(nearest.get(other, MAX_DEPTH + 1), depth_of[image] + 1)
    ordered = sorted(nearest, key=lambda one: (nearest[one], one))
    kept = set(ordered[:limit])
    return Subgraph(
        nodes=(
            *subgraph.nodes,
            *(LineageNode(vertices[one], nearest[one], relation) for one in ordered[:limit]),
        ),
        edges=(
            *subgraph.edges,
            *(tying[one] for one in sorted(tying) if kept & {tying[one].source, tying[one].target}),
        ),
        truncated=subgraph.truncated or len(ordered) > limit,
        deeper=subgraph.deeper,
    )


def _measure(root: str, edges: Iterable[Edge], direction: Direction) -> dict[str, int]:
    """Fewest steps from the root to each vertex, the root itself left out."""
    onward: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        start, end = (
            (edge.source, edge.target) if direction is Direction.ANCESTORS else (edge.target, edge.source)
        )
        onward[start].append(end)
    distances = {root: 0}
    frontier = [root]
    while frontier:
        reached = {end for start in frontier for end in onward[start]} - distances.keys()
        distance = distances[frontier[0]] + 1
        distances |= dict.fromkeys(reached, distance)
        frontier = list(reached)
    del distances[root]
    return distances
