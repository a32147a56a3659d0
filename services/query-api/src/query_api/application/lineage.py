"""Lineage: where an image came from and what was made of it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

from ami_lineage_contracts.stream_ids import compliance_stream
from graph_store.models import Edge, Vertex
from graph_store.read_models import Direction, Include
from query_api.application.answers import EventView, InstanceRow, LineageAnswer
from query_api.application.images import ImageFinder
from query_api.application.ports import EventReader, GraphReader
from query_api.application.views import (
    build_coverage,
    find_unknowns,
    keep_newest,
    to_edge,
    to_event,
    to_instance,
    to_node,
)
from query_api.domain.cursors import CursorCodec

WALK_LIMIT: Final = 25_000
EDGES_LIMIT: Final = 50_000
HISTORY_LIMIT: Final = 500
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

    @property
    def key(self) -> str:
        """The question without the place in its answer."""
        return f"lineage|{self.image}|{self.direction}|{self.depth}|{','.join(sorted(self.include))}"


class LineageService:
    """Answers lineage questions."""

    def __init__(
        self, graph: GraphReader, events: EventReader, finder: ImageFinder, cursors: CursorCodec
    ) -> None:
        self._graph = graph
        self._events = events
        self._finder = finder
        self._cursors = cursors

    async def answer(self, question: LineageQuestion) -> LineageAnswer:
        """A page of the lineage; nodes by depth, each edge on the page of its later node."""
        position = self._cursors.decode(question.key, question.cursor) if question.cursor else None
        image = await self._finder.get_image(question.image)
        whole, history = await asyncio.gather(
            self._graph.load_lineage(
                image.id, question.direction, question.depth, WALK_LIMIT, question.include
            ),
            self._read_history(image.id),
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
        nodes = tuple(to_node(node.vertex, node.depth) for node in page)
        instances = (
            await self.build_instances(node.vertex for node in page)
            if "instances" in question.include
            else ()
        )
        return LineageAnswer(
            image=to_node(image, 0),
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
            coverage=build_coverage(node.vertex for node in page),
            unknowns=tuple(find_unknowns(nodes)),
        )

    async def build_usage(self, image: str, limit: int) -> tuple[tuple[InstanceRow, ...], int]:
        """Instances that run, or ran, this image, up to a limit; and how many runs there are."""
        found, total = await asyncio.gather(
            self._graph.find_neighbours([image], ["RUNS"], outgoing=False, limit=limit),
            self._graph.count_neighbours([image], ["RUNS"], outgoing=False),
        )
        return await self.build_instances(found.vertices.values()), total

    async def build_instances(self, vertices: Iterable[Vertex]) -> tuple[InstanceRow, ...]:
        """Rows of those vertices that are instances."""
        instances = {vertex.id: vertex for vertex in vertices if vertex.label == "Instance"}
        if not instances:
            return ()
        found = await self._graph.find_neighbours(
            list(instances), ["RUNS", "LAUNCHED_FROM"], outgoing=True, limit=EDGES_LIMIT
        )
        runs: dict[str, Edge] = {}
        launches: dict[str, str] = {}
        for edge in sorted(found.edges, key=lambda edge: str(edge.properties.get("valid_from", ""))):
            if edge.label == "RUNS":
                runs[edge.source] = edge
            else:
                launches[edge.source] = edge.target
        return tuple(_to_row(instances[key], runs.get(key), launches.get(key)) for key in sorted(instances))

    async def _read_history(self, image: str) -> tuple[EventView, ...]:
        streams = await self._events.read_streams([image, compliance_stream(image)])
        newest = keep_newest(event for events in streams.values() for event in events)
        return tuple(to_event(event) for event in newest[-HISTORY_LIMIT:])


def _to_row(instance: Vertex, run: Edge | None, launched_from: str | None) -> InstanceRow:
    """Row of an instance. A run that ended on a living instance means: what it runs now is not known."""
    living = instance.properties.get("state") != "terminated"
    if run is None or (living and run.properties.get("valid_to")):
        return to_instance(instance, None, None, launched_from)
    since = run.properties.get("valid_from")
    return to_instance(instance, run.target, str(since) if since else None, launched_from)
