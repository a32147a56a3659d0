"""Reading side of the in-memory graph."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence

from graph_store.counting import COUNTED, build_counts
from graph_store.errors import GraphNotReadyError
from graph_store.matching import build_matcher, sort_key
from graph_store.memory.world import World
from graph_store.memory.writes import InMemoryWrites
from graph_store.models import Marker, Vertex
from graph_store.read_models import (
    Direction,
    GraphCounts,
    Impact,
    Include,
    Neighbours,
    SearchCursor,
    SearchFilters,
    SearchPage,
    Subgraph,
)
from graph_store.subgraphs import Walk, add_included, build_subgraph, require_bounds

INSTANCE_EDGES = ("RUNS", "LAUNCHED_FROM")


class InMemoryGraphStore(InMemoryWrites):
    """The whole fake: writes and reads."""

    async def get_marker(self, generation: str) -> Marker:
        """See GraphReadStore."""
        marker = await self.find_marker(generation)
        if marker is None:
            raise GraphNotReadyError(f"the graph holds no complete generation {generation!r}")
        return marker

    async def find_vertices(self, generation: str, ids: Iterable[str]) -> dict[str, Vertex]:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        vertices = self._worlds[generation].vertices
        return {one: vertices[one] for one in ids if one in vertices}

    async def find_neighbours(
        self,
        generation: str,
        ids: Iterable[str],
        labels: Sequence[str],
        *,
        outgoing: bool,
        limit: int = 1000,
    ) -> Neighbours:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        world = self._worlds[generation]
        found = {
            edge.id: edge
            for one in ids
            for edge in (world.leaving(one, labels) if outgoing else world.reaching(one, labels))
        }
        page = [found[edge_id] for edge_id in sorted(found)[:limit]]
        far = {edge.target if outgoing else edge.source for edge in page}
        return Neighbours(tuple(page), {one: world.vertices[one] for one in far}, len(found) > limit)

    async def count_neighbours(
        self, generation: str, ids: Iterable[str], labels: Sequence[str], *, outgoing: bool
    ) -> int:
        """See GraphReadStore."""
        found = await self.find_neighbours(generation, ids, labels, outgoing=outgoing, limit=sys.maxsize)
        return len(found.edges)

    async def scan(self, generation: str, label: str) -> AsyncIterator[Vertex]:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        for vertex in list(self._worlds[generation].vertices.values()):
            if vertex.label == label:
                yield vertex

    async def count_labels(self, generation: str) -> dict[str, int]:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        return dict(Counter(vertex.label for vertex in self._worlds[generation].vertices.values()))

    async def find_by_resource_id(self, generation: str, resource_id: str) -> tuple[Vertex, ...]:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        found = [
            vertex
            for vertex in self._worlds[generation].vertices.values()
            if vertex.properties.get("resource_id") == resource_id
        ]
        return tuple(sorted(found, key=lambda vertex: vertex.id))

    async def lineage(
        self,
        generation: str,
        root: str,
        *,
        direction: Direction = Direction.BOTH,
        depth: int = 10,
        limit: int = 1000,
        include: frozenset[Include] = frozenset(),
    ) -> Subgraph | None:
        """See GraphReadStore."""
        require_bounds(depth, limit)
        await asyncio.sleep(0)
        world = self._worlds[generation]
        if root not in world.vertices:
            return None
        walks = [
            _walk(world, [root], one, depth + 1, limit)
            for one in (Direction.ANCESTORS, Direction.DESCENDANTS)
            if direction in {one, Direction.BOTH}
        ]
        subgraph = build_subgraph(world.vertices[root], walks, depth, limit)
        images = [node.vertex.id for node in subgraph.nodes]
        if "instances" in include:
            edges = [edge for image in images for edge in world.reaching(image, INSTANCE_EDGES)]
            subgraph = add_included(subgraph, "instance", world.vertices, edges, limit)
        if "snapshots" in include:
            edges = [edge for image in images for edge in world.leaving(image, ("BACKED_BY",))]
            subgraph = add_included(subgraph, "snapshot", world.vertices, edges, limit)
        return subgraph

    async def find_impact(
        self,
        generation: str,
        roots: Iterable[str],
        *,
        depth: int = 100,
        states: Sequence[str] = (),
        limit: int = 25_000,
    ) -> Impact:
        """See GraphReadStore."""
        require_bounds(depth, limit)
        await asyncio.sleep(0)
        world = self._worlds[generation]
        starts = [root for root in roots if root in world.vertices]
        images = frozenset(_walk(world, starts, Direction.DESCENDANTS, depth, len(world.vertices)).vertices)
        edges = {edge.id: edge for image in images for edge in world.reaching(image, INSTANCE_EDGES)}
        found = sorted({edge.source for edge in edges.values()})
        instances = [world.vertices[one] for one in found]
        kept = [one for one in instances if not states or one.properties.get("state") in states]
        page = kept[:limit]
        ids = {one.id for one in page}
        return Impact(
            image_ids=images,
            instances=tuple(page),
            edges=tuple(edges[one] for one in sorted(edges) if edges[one].source in ids),
            truncated=len(kept) > limit,
        )

    async def search(
        self, generation: str, filters: SearchFilters, limit: int, after: SearchCursor | None = None
    ) -> SearchPage:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        matches = build_matcher(filters)
        images = [v for v in self._worlds[generation].vertices.values() if v.label == "Image" and matches(v)]
        images.sort(key=lambda vertex: vertex.id)
        images.sort(key=sort_key, reverse=True)
        if after is not None:
            images = [
                vertex
                for vertex in images
                if sort_key(vertex) < after.created_at
                or (sort_key(vertex) == after.created_at and vertex.id > after.id)
            ]
        page = tuple(images[:limit])
        more = len(images) > limit
        return SearchPage(page, SearchCursor(created_at=sort_key(page[-1]), id=page[-1].id) if more else None)

    async def count(self, generation: str) -> GraphCounts:
        """See GraphReadStore."""
        await asyncio.sleep(0)
        return build_counts(
            Counter(
                (vertex.label, *(vertex.properties.get(name) for name in COUNTED))
                for vertex in self._worlds[generation].vertices.values()
            )
        )

    async def close(self) -> None:
        """See GraphStore."""


def _walk(world: World, starts: Sequence[str], direction: Direction, depth: int, limit: int) -> Walk:
    """Breadth first along DERIVED_FROM, with one vertex more than the limit to show that it was hit."""
    vertices = {start: world.vertices[start] for start in starts}
    frontier = list(vertices)
    for _ in range(depth):
        reached = sorted(
            {
                edge.target if direction is Direction.ANCESTORS else edge.source
                for one in frontier
                for edge in (
                    world.leaving(one, ("DERIVED_FROM",))
                    if direction is Direction.ANCESTORS
                    else world.reaching(one, ("DERIVED_FROM",))
                )
            }
            - vertices.keys()
        )
        for one in reached:
            if len(vertices) <= limit:
                vertices[one] = world.vertices[one]
        frontier = [one for one in reached if one in vertices]
    edges = [edge for one in vertices for edge in world.leaving(one, ("DERIVED_FROM",))]
    return Walk(direction, vertices, edges)
