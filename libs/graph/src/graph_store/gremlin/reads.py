"""Reading side of the Gremlin store."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from gremlin_python.process.graph_traversal import GraphTraversal, __
from gremlin_python.process.traversal import P

from graph_store.counting import COUNTED, build_counts
from graph_store.errors import GraphNotReadyError
from graph_store.gremlin.batches import cut_by_number
from graph_store.gremlin.keys import GENERATION, from_edge_map, from_vertex_map, to_store_id
from graph_store.gremlin.searching import build_search_query
from graph_store.gremlin.walking import INSTANCE_EDGES, build_lineage_query, build_walk
from graph_store.gremlin.writes import GremlinWrites
from graph_store.matching import build_matcher, sort_key
from graph_store.models import Edge, Marker, Vertex
from graph_store.read_models import (
    UNKNOWN,
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


class GremlinGraphStore(GremlinWrites):
    """The graph in Neptune or Gremlin Server; see GraphStore."""

    async def get_marker(self, generation: str) -> Marker:
        """See GraphReadStore."""
        marker = await self.find_marker(generation)
        if marker is None:
            raise GraphNotReadyError(f"the graph holds no complete generation {generation!r}")
        return marker

    async def find_vertices(self, generation: str, ids: Iterable[str]) -> dict[str, Vertex]:
        """See GraphReadStore."""
        found: dict[str, Vertex] = {}
        for batch in cut_by_number(sorted(set(ids)), self._settings.page_size):
            query = self._client.g.V(*(to_store_id(generation, one) for one in batch)).element_map()
            found |= _index(generation, await self._client.submit(query))
        return found

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
        edges: dict[str, Edge] = {}
        for batch in cut_by_number(sorted(set(ids)), self._settings.page_size):
            query = self._touch(generation, batch, labels, outgoing=outgoing)
            for values in await self._client.submit(query.limit(limit + 1).value_map()):
                edge = from_edge_map(values)
                edges[edge.id] = edge
            if len(edges) > limit:
                break
        page = [edges[edge_id] for edge_id in sorted(edges)[:limit]]
        far = {edge.target if outgoing else edge.source for edge in page}
        return Neighbours(tuple(page), await self.find_vertices(generation, far), len(edges) > limit)

    async def count_neighbours(
        self, generation: str, ids: Iterable[str], labels: Sequence[str], *, outgoing: bool
    ) -> int:
        """See GraphReadStore."""
        total = 0
        for batch in cut_by_number(sorted(set(ids)), self._settings.page_size):
            query = self._touch(generation, batch, labels, outgoing=outgoing)
            total += sum(await self._client.submit(query.count()))
        return total

    async def find_by_resource_id(self, generation: str, resource_id: str) -> tuple[Vertex, ...]:
        """See GraphReadStore."""
        query = self._client.g.V().has("resource_id", resource_id).has(GENERATION, generation).element_map()
        found = _index(generation, await self._client.submit(query))
        return tuple(found[one] for one in sorted(found))

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
        directions = [
            one for one in (Direction.ANCESTORS, Direction.DESCENDANTS) if direction in {one, Direction.BOTH}
        ]
        walks = await asyncio.gather(
            *(self._walk(generation, root, one, depth + 1, limit) for one in directions)
        )
        if root not in walks[0].vertices:
            return None
        subgraph = build_subgraph(walks[0].vertices[root], walks, depth, limit)
        images = [node.vertex.id for node in subgraph.nodes]
        if "instances" in include:
            found = await self.find_neighbours(
                generation, images, INSTANCE_EDGES, outgoing=False, limit=2 * limit
            )
            subgraph = add_included(subgraph, "instance", found.vertices, found.edges, limit)
        if "snapshots" in include:
            found = await self.find_neighbours(
                generation, images, ["BACKED_BY"], outgoing=True, limit=2 * limit
            )
            subgraph = add_included(subgraph, "snapshot", found.vertices, found.edges, limit)
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
        starts = sorted(set(roots))
        if not starts:
            return Impact(frozenset(), (), (), truncated=False)

        def walk() -> GraphTraversal:
            return build_walk(self._client.g, generation, starts, Direction.DESCENDANTS, depth)

        instances = walk().in_(*INSTANCE_EDGES).dedup()
        if states:
            instances = instances.has("state", P.within(list(states)))
        images, rows = await asyncio.gather(
            self._client.submit(walk().id_()),
            self._client.submit(
                instances.limit(limit + 1)
                .project("vertex", "edges")
                .by(__.element_map())
                .by(__.out_e(*INSTANCE_EDGES).value_map().fold())
            ),
        )
        image_ids = frozenset(one.removeprefix(f"{generation}|") for one in images)
        edges = (from_edge_map(one) for row in rows[:limit] for one in row["edges"])
        return Impact(
            image_ids=image_ids,
            instances=tuple(from_vertex_map(generation, row["vertex"]) for row in rows[:limit]),
            edges=tuple(edge for edge in edges if edge.target in image_ids),
            truncated=len(rows) > limit,
        )

    async def search(
        self, generation: str, filters: SearchFilters, limit: int, after: SearchCursor | None = None
    ) -> SearchPage:
        """See GraphReadStore."""
        matches = build_matcher(filters)
        found: list[Vertex] = []
        wanted = limit + 1
        while True:
            query = build_search_query(self._client.g, generation, filters, wanted, after)
            page = [from_vertex_map(generation, one) for one in await self._client.submit(query)]
            found += filter(matches, page)
            if len(found) > limit or len(page) < wanted:
                break
            after = _cursor_of(page[-1])
            wanted = self._settings.page_size
        return SearchPage(tuple(found[:limit]), _cursor_of(found[limit - 1]) if len(found) > limit else None)

    async def scan(self, generation: str, label: str) -> AsyncIterator[Vertex]:
        """See GraphReadStore."""
        g = self._client.g
        ids = await self._client.submit(g.V().has_label(label).has(GENERATION, generation).id_())
        for batch in cut_by_number(ids, self._settings.page_size):
            for values in await self._client.submit(g.V(*batch).element_map()):
                yield from_vertex_map(generation, values)

    async def count_labels(self, generation: str) -> dict[str, int]:
        """See GraphReadStore."""
        query = self._client.g.V().has(GENERATION, generation).group_count().by(__.label())
        counts: dict[str, int]
        (counts,) = await self._client.submit(query)
        return counts

    async def count(self, generation: str) -> GraphCounts:
        """See GraphReadStore."""
        values = __.project("label", *COUNTED).by(__.label())
        for name in COUNTED:
            values = values.by(__.coalesce(__.values(name), __.constant(UNKNOWN)))
        query = self._client.g.V().has_label("Image", "Instance").has(GENERATION, generation)
        (combinations,) = await self._client.submit(query.group_count().by(values))
        return build_counts(combinations)

    async def _walk(self, generation: str, root: str, direction: Direction, depth: int, limit: int) -> Walk:
        query = build_lineage_query(self._client.g, generation, root, direction, depth, limit + 1)
        rows = await self._client.submit(query)
        return Walk(
            direction,
            _index(generation, [row["vertex"] for row in rows]),
            [from_edge_map(edge) for row in rows for edge in row["edges"]],
        )

    def _touch(
        self, generation: str, ids: Sequence[str], labels: Sequence[str], *, outgoing: bool
    ) -> GraphTraversal:
        query = self._client.g.V(*(to_store_id(generation, one) for one in ids))
        return query.out_e(*labels) if outgoing else query.in_e(*labels)


def _index(generation: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Vertex]:
    vertices = (from_vertex_map(generation, values) for values in rows)
    return {vertex.id: vertex for vertex in vertices}


def _cursor_of(vertex: Vertex) -> SearchCursor:
    return SearchCursor(created_at=sort_key(vertex), id=vertex.id)
