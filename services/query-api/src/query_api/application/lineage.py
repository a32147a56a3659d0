"""Lineage: where an image came from and what was made of it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

from ami_lineage_contracts.stream_ids import compliance_stream
from graph_store.models import Edge, Vertex
from graph_store.read_models import Direction, Include, Subgraph
from query_api.application.accounts import Accounts, name_account
from query_api.application.answers import EventView, InstanceRow, LineageAnswer, Node, Unknown
from query_api.application.images import ImageFinder
from query_api.application.past import Past
from query_api.application.past_lineage import PastLineage, holds_then
from query_api.application.ports import EventReader, GraphReader
from query_api.application.surroundings import Surroundings
from query_api.application.views import (
    find_unknowns,
    keep_newest,
    to_edge,
    to_event,
    to_instance,
    to_node,
)
from query_api.domain.blast_radius import GONE
from query_api.domain.cursors import CursorCodec
from query_api.domain.moments import Cut

WALK_LIMIT: Final = 25_000
EDGES_LIMIT: Final = 50_000
HISTORY_LIMIT: Final = 500
PRESENT: Final = Cut()
INCLUDABLE: Final[tuple[Include, ...]] = get_args(Include)


@dataclass(frozen=True)
class LineageQuestion:
    """What is asked. `limit` counts nodes of a page."""

    image: str
    direction: Direction = Direction.BOTH
    depth: int = 10
    include: frozenset[Include] = frozenset()
    limit: int = 1000
    cursor: str | None = None
    cut: Cut = PRESENT

    @property
    def key(self) -> str:
        """The question without the place in its answer."""
        included = ",".join(sorted(self.include))
        return f"lineage|{self.image}|{self.direction}|{self.depth}|{included}|{self.cut.key}"


class LineageService:
    """Answers lineage questions."""

    def __init__(
        self,
        graph: GraphReader,
        events: EventReader,
        finder: ImageFinder,
        cursors: CursorCodec,
        surroundings: Surroundings,
    ) -> None:
        self._graph = graph
        self._events = events
        self._finder = finder
        self._cursors = cursors
        self._surroundings = surroundings
        self._past = PastLineage(graph)

    async def answer(self, question: LineageQuestion) -> LineageAnswer:
        """A page of the lineage; nodes by depth, each edge on the page of its later node."""
        position = self._cursors.decode(question.key, question.cursor) if question.cursor else None
        image = await self._finder.get_image(question.image)
        past = Past(self._events, self._graph, question.cut)
        whole, history = await asyncio.gather(
            self._load(image, past, question), self._read_history(image.id, question.cut)
        )
        order = sorted(whole.nodes, key=lambda node: (node.depth, node.vertex.id))
        place = {node.vertex.id: index for index, node in enumerate(order)}
        start = 0
        if position is not None:
            behind = (int(position[0]), str(position[1]))
            start = sum(1 for node in order if (node.depth, node.vertex.id) <= behind)
        page = order[start : start + question.limit]
        chosen = frozenset(node.vertex.id for node in page)
        rest = start + question.limit < len(order)
        vertices = {node.vertex.id: node.vertex for node in page}
        if not question.cut.is_now:
            vertices = await past.load_vertices([*vertices.values(), *(node.vertex for node in order[:1])])
        around = await self._surroundings.load([vertices[node.vertex.id] for node in page])
        nodes = tuple(
            name_account(to_node(vertices[node.vertex.id], node.depth), around.accounts) for node in page
        )
        shown = [vertices[node.vertex.id] for node in page]
        instances = (
            await self.build_instances(shown, around.accounts, question.cut, past)
            if "instances" in question.include
            else ()
        )
        return LineageAnswer(
            image=name_account(to_node(vertices.get(image.id, image), 0), around.accounts),
            direction=question.direction.value,
            nodes=nodes,
            edges=tuple(
                to_edge(edge)
                for edge in whole.edges
                if edge.source in place
                and edge.target in place
                and max(edge.source, edge.target, key=place.__getitem__) in chosen
            ),
            instances=instances,
            history=history,
            truncated=whole.truncated or rest,
            deeper=whole.deeper,
            next_cursor=self._cursors.encode(question.key, [page[-1].depth, page[-1].vertex.id])
            if rest
            else None,
            coverage=around.coverage,
            unknowns=(*find_unknowns(nodes), *find_unknowns_then(nodes, question.cut)),
            as_of=question.cut.as_of_key,
            known_at=question.cut.known_at_key,
        )

    async def build_instances(
        self, vertices: Iterable[Vertex], accounts: Accounts, cut: Cut, past: Past
    ) -> tuple[InstanceRow, ...]:
        """Rows of those vertices that are instances, with what they ran at the time of the cut."""
        instances = {vertex.id: vertex for vertex in vertices if vertex.label == "Instance"}
        if not instances:
            return ()
        found = await self._graph.find_neighbours(
            list(instances), ["RUNS", "LAUNCHED_FROM"], outgoing=True, limit=EDGES_LIMIT
        )
        edges = list(found.edges)
        if cut.known_at is not None:
            edges = [edge for edge in edges if edge.label != "RUNS"] + await past.list_edges(list(instances))
        runs: dict[str, Edge] = {}
        launches: dict[str, str] = {}
        for edge in sorted(edges, key=lambda edge: str(edge.properties.get("valid_from", ""))):
            if edge.label == "LAUNCHED_FROM":
                launches[edge.source] = edge.target
            elif holds_then(edge, cut, instances):
                runs[edge.source] = edge
        return tuple(
            name_account(to_row(instances[key], runs.get(key), launches.get(key), cut), accounts)
            for key in sorted(instances)
        )

    async def _load(self, image: Vertex, past: Past, question: LineageQuestion) -> Subgraph:
        if question.cut.is_now:
            return await self._graph.load_lineage(
                image.id, question.direction, question.depth, WALK_LIMIT, question.include
            )
        return await self._past.load(
            past, question.cut, image, question.direction, question.depth, WALK_LIMIT, question.include
        )

    async def _read_history(self, image: str, cut: Cut) -> tuple[EventView, ...]:
        streams = await self._events.read_streams([image, compliance_stream(image)])
        newest = keep_newest(event for events in streams.values() for event in cut.keep(events))
        return tuple(to_event(event) for event in newest[-HISTORY_LIMIT:])


def find_unknowns_then(nodes: Iterable[Node], cut: Cut) -> list[Unknown]:
    """Images that existed then and of which no event by then says in what state they were."""
    if cut.is_now:
        return []
    return [
        Unknown(
            subject=node.id,
            reason="state_then_unknown",
            detail="It existed then, as later records say; its state, tags and sharing then are not recorded.",
        )
        for node in nodes
        if node.kind == "image" and node.state is None and not node.placeholder
    ]


def to_row(instance: Vertex, run: Edge | None, launched_from: str | None, cut: Cut = PRESENT) -> InstanceRow:
    """Row of an instance. A run that ended on a living instance means: what it runs now is not known."""
    living = instance.properties.get("state") not in GONE
    if run is None or (cut.as_of is None and living and run.properties.get("valid_to")):
        return to_instance(instance, None, None, launched_from)
    since = run.properties.get("valid_from")
    return to_instance(instance, run.target, str(since) if since else None, launched_from)
