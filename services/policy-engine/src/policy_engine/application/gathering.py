"""Reads facts about images from the active generation of the graph."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from ami_lineage_contracts.stream_ids import stream_kind
from ami_lineage_contracts.times import from_key_time
from graph_store import Direction, GenerationRegistry, GraphNotReadyError, GraphStore, Subgraph, Vertex
from policy_engine.application.concurrency import map_bounded
from policy_engine.domain.facts import MAX_DEPTH, ImageGraph
from policy_engine.errors import GraphRebuildingError

IMAGE_KIND = "image"


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The generation that is read; everything recorded up to `checkpoint` is in it."""

    generation: str
    checkpoint: datetime


class FactGatherer:
    """Facts image by image for a few, in one pass over the graph for many."""

    def __init__(self, graph: GraphStore, registry: GenerationRegistry, bulk_threshold: int) -> None:
        self._graph = graph
        self._registry = registry
        self._bulk_threshold = bulk_threshold

    async def get_standpoint(self) -> Standpoint:
        """The active generation and its checkpoint, to be asked before facts are read.

        Raises:
            GraphRebuildingError: no generation is complete.
        """
        active = await self._registry.find_active()
        if active is None:
            raise GraphRebuildingError("the graph has no active generation yet")
        try:
            marker = await self._graph.get_marker(active.generation)
        except GraphNotReadyError as error:
            raise GraphRebuildingError(str(error)) from error
        return Standpoint(active.generation, from_key_time(marker.checkpoint))

    async def find_affected(self, generation: str, streams: Collection[str]) -> frozenset[str] | None:
        """Images whose verdict may rest on these streams: dependents and all their descendants.

        None stands for all images: there are too many to go through one by one.
        """
        if len(streams) > self._bulk_threshold:
            return None
        dependents = await self._graph.find_dependents(generation, sorted(streams))
        return await self.find_descendants(generation, {*streams, *dependents})

    async def find_descendants(self, generation: str, streams: Collection[str]) -> frozenset[str] | None:
        """The images among these streams that the graph has, and all that descend from them; None: too many."""
        images = [one for one in streams if stream_kind(one) == IMAGE_KIND]
        if len(images) > self._bulk_threshold:
            return None
        subgraphs = await map_bounded(
            lambda image: self._walk(generation, image, Direction.DESCENDANTS), images
        )
        found = set[str]()
        for subgraph in subgraphs:
            if subgraph is not None:
                if subgraph.truncated or subgraph.deeper:
                    return None
                found.update(node.vertex.id for node in subgraph.nodes)
        return None if len(found) > self._bulk_threshold else frozenset(found)

    async def gather(self, generation: str, images: Iterable[str] | None) -> ImageGraph:
        """These images with their ancestors; None: all images of the graph."""
        chosen = None if images is None else list(images)
        if chosen is None or len(chosen) > self._bulk_threshold:
            return await self._gather_all(generation)
        gathered = ImageGraph()
        for image, subgraph in zip(
            chosen,
            await map_bounded(lambda image: self._walk(generation, image, Direction.ANCESTORS), chosen),
            strict=True,
        ):
            if subgraph is None:
                continue
            if subgraph.truncated:
                # The verdict must not depend on how its facts were read.
                return await self._gather_all(generation)
            gathered.add((node.vertex for node in subgraph.nodes), subgraph.edges)
            if subgraph.deeper:
                gathered.mark_truncated(image)
        return gathered

    async def _walk(self, generation: str, image: str, direction: Direction) -> Subgraph | None:
        return await self._graph.lineage(
            generation, image, direction=direction, depth=MAX_DEPTH, limit=self._bulk_threshold
        )

    async def _gather_all(self, generation: str) -> ImageGraph:
        gathered = ImageGraph()
        async for element in self._graph.elements(generation):
            if isinstance(element, Vertex):
                gathered.add((element,), ())
            else:
                gathered.add((), (element,))
        return gathered
