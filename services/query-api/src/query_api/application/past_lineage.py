"""Lineage as it was, or as it was known."""

from collections.abc import Collection
from typing import Final

from ami_lineage_contracts.graph import FACT_EDGES
from graph_store.models import Edge, Vertex
from graph_store.read_models import Direction, Include, Subgraph
from graph_store.subgraphs import Walk, add_included, build_subgraph
from query_api.application.past import Past
from query_api.application.ports import GraphReader
from query_api.application.views import read_text
from query_api.domain.moments import Cut
from query_api.errors import NotThenError, TooLargeError

NEIGHBOURS_LIMIT: Final = 25_000
INSTANCE_EDGES: Final = ("RUNS", "LAUNCHED_FROM")
ROUTES: Final = ("DERIVED_FROM", "COPIED_FROM", "RESTORED_FROM", "LAUNCHED_FROM", "RUNS", "NAMES")
"""Edges into an image over which what was made of it can be found."""


class PastLineage:
    """Loads a lineage of the past in the shape of one of the present."""

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph

    async def load(
        self,
        past: Past,
        cut: Cut,
        root: Vertex,
        direction: Direction,
        depth: int,
        limit: int,
        include: Collection[Include] = (),
    ) -> Subgraph:
        """Relatives of an image then.

        `as_of` alone goes by the times of the graph's edges; `known_at` closes everything again over the log as it
        was, since what is known now may have replaced what was believed.

        Raises:
            NotThenError: the image did not exist then, or nothing was known of it.
        """
        if cut.known_at is None:
            return await self._load_as_of(cut, root, direction, depth, limit, include)
        return await self._load_known(past, cut, root, direction, depth, limit, include)

    async def _load_as_of(
        self,
        cut: Cut,
        root: Vertex,
        direction: Direction,
        depth: int,
        limit: int,
        include: Collection[Include],
    ) -> Subgraph:
        require_existing(root, cut)
        whole = await self._graph.load_lineage(root.id, direction, depth, limit, include)
        vertices = {node.vertex.id: node.vertex for node in whole.nodes}
        kept = [edge for edge in whole.edges if holds_then(edge, cut, vertices)]
        walks = [
            Walk(one, vertices, [edge for edge in kept if edge.label == "DERIVED_FROM"])
            for one in (Direction.ANCESTORS, Direction.DESCENDANTS)
            if direction in {one, Direction.BOTH}
        ]
        found = build_subgraph(root, walks, depth, limit)
        known = {node.vertex.id for node in found.nodes}
        if "instances" in include:
            running = [edge for edge in kept if edge.label in INSTANCE_EDGES and edge.target in known]
            found = add_included(found, "instance", vertices, running, limit)
        if "snapshots" in include:
            backing = [edge for edge in kept if edge.label == "BACKED_BY" and edge.source in known]
            found = add_included(found, "snapshot", vertices, backing, limit)
        return Subgraph(found.nodes, found.edges, whole.truncated or found.truncated, whole.deeper)

    async def _load_known(
        self,
        past: Past,
        cut: Cut,
        root: Vertex,
        direction: Direction,
        depth: int,
        limit: int,
        include: Collection[Include],
    ) -> Subgraph:
        if not await self._is_known(past, root.id):
            raise NotThenError(root.id, f"nothing about it was recorded by {cut.known_at_key}")
        edges: dict[str, Edge] = {}
        walked: dict[Direction, set[str]] = {}
        for one in (Direction.ANCESTORS, Direction.DESCENDANTS):
            if direction in {one, Direction.BOTH}:
                walked[one] = await self._walk(past, cut, root.id, one, depth + 1, edges)
        vertices = await past.list_vertices(sorted({root.id}.union(*walked.values())))
        require_existing(vertices[root.id], cut)
        walks = [
            Walk(one, {key: vertices[key] for key in {root.id, *seen}}, list(edges.values()))
            for one, seen in walked.items()
        ]
        found = build_subgraph(vertices[root.id], walks, depth, limit)
        if "instances" in include:
            images = [node.vertex.id for node in found.nodes]
            runs = await self._find_runs(past, cut, images)
            extra = await past.list_vertices(sorted({edge.source for edge in runs}))
            found = add_included(found, "instance", {**vertices, **extra}, runs, limit)
        return found

    async def _is_known(self, past: Past, image: str) -> bool:
        """Whether the image had an event of its own then, or another resource named it."""
        if (await past.read([image]))[image]:
            return True
        near = await self._graph.find_neighbours([image], FACT_EDGES, outgoing=False, limit=NEIGHBOURS_LIMIT)
        if image in await past.find_named(sorted({edge.source for edge in near.edges})):
            return True
        return any(
            edge.target == image for edge in await past.list_edges(await self._find_candidates([image]))
        )

    async def _walk(
        self, past: Past, cut: Cut, root: str, direction: Direction, depth: int, edges: dict[str, Edge]
    ) -> set[str]:
        seen = {root}
        frontier = [root]
        for _ in range(depth):
            ancestors = direction is Direction.ANCESTORS
            wanted = frontier if ancestors else await self._find_candidates(frontier)
            images = [one for one in wanted if one.startswith("image/")]
            found = [
                edge
                for edge in await past.list_edges(images)
                if edge.label == "DERIVED_FROM"
                and cut.holds(edge.properties.get("valid_from"), None)
                and (ancestors or edge.target in frontier)
            ]
            edges |= {edge.id: edge for edge in found}
            frontier = sorted({edge.target if ancestors else edge.source for edge in found} - seen)
            seen |= set(frontier)
            if not frontier:
                break
        return seen

    async def _find_candidates(self, images: list[str]) -> list[str]:
        """Images that may have been made of these: fact edges are never removed, so all are among them."""
        near = await self._graph.find_neighbours(images, ROUTES, outgoing=False, limit=NEIGHBOURS_LIMIT)
        speaking = await self._graph.find_neighbours(
            images, ["SPEAKS_OF"], outgoing=False, limit=NEIGHBOURS_LIMIT
        )
        if near.truncated or speaking.truncated:
            raise TooLargeError(
                f"More than {NEIGHBOURS_LIMIT:,} resources refer to these images, more than one answer about the past "
                "may read. Ask for the ancestors, or with a smaller depth."
            )
        starts = sorted({*images, *(edge.source for edge in (*near.edges, *speaking.edges))})
        spoken = await self._graph.find_neighbours(
            [edge.source for edge in speaking.edges], ["SPEAKS_OF"], outgoing=True, limit=NEIGHBOURS_LIMIT
        )
        dependents = await self._graph.find_dependents(starts)
        found = {*dependents, *(edge.target for edge in spoken.edges), *(edge.source for edge in near.edges)}
        return sorted(one for one in found if one.startswith("image/"))

    async def _find_runs(self, past: Past, cut: Cut, images: list[str]) -> list[Edge]:
        found = await self._graph.find_neighbours(
            images, ["RUNS", "LAUNCHED_FROM"], outgoing=False, limit=NEIGHBOURS_LIMIT
        )
        dependents = await self._graph.find_dependents(images)
        instances = {edge.source for edge in found.edges}
        instances |= {one for one in dependents if one.startswith("instance/")}
        return [
            edge
            for edge in await past.list_edges(sorted(instances))
            if edge.label == "RUNS"
            and edge.target in images
            and cut.holds(edge.properties.get("valid_from"), edge.properties.get("valid_to"))
        ]


def require_existing(image: Vertex, cut: Cut) -> None:
    """Refuse an image that was made later.

    Raises:
        NotThenError: it was.
    """
    made = read_text(image.properties.get("created_at"))
    if made is not None and not cut.holds(made, None):
        raise NotThenError(image.id, f"it was made at {made}")


def holds_then(edge: Edge, cut: Cut, vertices: dict[str, Vertex]) -> bool:
    """Whether an edge held at `as_of`."""
    get = edge.properties.get
    if edge.label == "DERIVED_FROM":
        return cut.holds(get("valid_from"), None)
    begin = get("valid_from")
    if edge.label == "LAUNCHED_FROM":
        instance = vertices.get(edge.source)
        begin = instance.properties.get("launched_at") if instance is not None else None
    return cut.holds(begin or get("occurred_at"), get("valid_to"))
