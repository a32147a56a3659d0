"""Writing side of the in-memory graph."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

from ami_lineage_contracts.graph import DERIVED_EDGES, FACT_EDGES
from graph_store.dependents import DEPENDENT_IN, DEPENDENT_OUT, START_IN, START_OUT
from graph_store.elements import (
    CLOSED_LABELS,
    build_fact_properties,
    require_valid_closure,
    require_valid_facts,
    require_valid_id,
)
from graph_store.memory.world import World
from graph_store.models import (
    CLOSURE_PROPERTIES,
    ClosureWrite,
    Edge,
    Marker,
    StreamFacts,
    Vertex,
    WriteOutcome,
    WriteResult,
)


class InMemoryWrites:
    """Guarded writes over dictionaries; each write of one stream is atomic, between streams it yields."""

    def __init__(self) -> None:
        self._worlds: dict[str, World] = defaultdict(World)

    async def write_facts(self, generation: str, facts: Sequence[StreamFacts]) -> tuple[WriteResult, ...]:
        """See GraphWriteStore."""
        for one in facts:
            require_valid_facts(one)
        results = []
        for one in facts:
            await asyncio.sleep(0)
            results.append(WriteResult(one.vertex.id, self._write_stream(self._worlds[generation], one)))
        return tuple(results)

    def _write_stream(self, world: World, facts: StreamFacts) -> WriteOutcome:
        owner = facts.vertex.id
        stored = world.vertices.get(owner)
        count = stored.properties["event_count"] if stored is not None else 0
        if isinstance(count, int) and count >= facts.event_count:
            same = (
                stored is not None
                and count == facts.event_count
                and stored.properties["event_hash"] == facts.event_hash
            )
            return WriteOutcome.UNCHANGED if same else WriteOutcome.STALE
        closure = {} if stored is None else _closure_of(stored)
        world.put_vertex(Vertex(owner, facts.vertex.label, {**build_fact_properties(facts), **closure}))
        kept = {edge.id for edge in facts.edges}
        for edge in list(world.touching(owner)):
            if edge.label in FACT_EDGES and edge.properties.get("owner") == owner and edge.id not in kept:
                world.drop_edge(edge.id)
        for edge in facts.edges:
            world.put_edge(edge, owner)
        return WriteOutcome.WRITTEN

    async def find_dependents(self, generation: str, stream_ids: Iterable[str]) -> frozenset[str]:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        world = self._worlds[generation]
        seen = {stream_id for stream_id in stream_ids if stream_id in world.vertices}
        starts = list(seen)
        seen |= {edge.target for start in starts for edge in world.leaving(start, START_OUT)}
        seen |= {edge.source for start in starts for edge in world.reaching(start, START_IN)}
        frontier = list(seen)
        while frontier:
            current = frontier.pop()
            if world.vertices[current].label == "Image":
                continue
            reached = {edge.source for edge in world.reaching(current, DEPENDENT_IN)}
            reached |= {edge.target for edge in world.leaving(current, DEPENDENT_OUT)}
            frontier.extend(reached - seen)
            seen |= reached
        return frozenset(one for one in seen if world.vertices[one].label in CLOSED_LABELS)

    async def find_speakers(self, generation: str, ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        world = self._worlds[generation]
        return {one: frozenset(edge.source for edge in world.reaching(one, ("SPEAKS_OF",))) for one in ids}

    async def find_watermarked(self, generation: str, image_ids: Iterable[str]) -> frozenset[str]:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        world = self._worlds[generation]
        seen = {one for one in image_ids if one in world.vertices}
        frontier = list(seen)
        while frontier:
            reached = {edge.source for edge in world.reaching(frontier.pop(), ("DERIVED_FROM",))}
            frontier.extend(reached - seen)
            seen |= reached
        return frozenset(one for one in seen if "watermarks" in world.vertices[one].properties)

    async def read_epochs(self, generation: str, stream_ids: Iterable[str]) -> dict[str, int]:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        epochs = self._worlds[generation].epochs
        return {stream_id: epochs[stream_id] for stream_id in stream_ids if stream_id in epochs}

    async def write_closures(self, generation: str, closures: Sequence[ClosureWrite]) -> list[str]:
        """See GraphWriteStore."""
        for closure in closures:
            require_valid_closure(closure)
        world = self._worlds[generation]
        lost = []
        for closure in closures:
            await asyncio.sleep(0)
            if world.epochs.get(closure.stream_id) != closure.epoch_read:
                lost.append(closure.stream_id)
                continue
            world.epochs[closure.stream_id] += 1
            stored = world.vertices[closure.stream_id]
            facts = {k: v for k, v in stored.properties.items() if k not in CLOSURE_PROPERTIES}
            world.put_vertex(Vertex(stored.id, stored.label, {**facts, **closure.properties}))
            for edge in world.leaving(closure.stream_id, DERIVED_EDGES):
                world.drop_edge(edge.id)
            for edge in closure.edges:
                world.put_edge(edge, None)
        return lost

    async def load(self, generation: str, vertices: Sequence[Vertex], edges: Sequence[Edge]) -> None:
        """See GraphWriteStore."""
        for edge in edges:
            require_valid_id(edge)
        await asyncio.sleep(0)
        world = self._worlds[generation]
        for vertex in vertices:
            world.put_vertex(
                Vertex(
                    vertex.id,
                    vertex.label,
                    {"placeholder": False, "event_count": 0, "event_hash": "", **vertex.properties},
                )
            )
        for edge in edges:
            world.put_edge(edge, None)

    async def find_marker(self, generation: str) -> Marker | None:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        return self._worlds[generation].marker

    async def set_marker(self, marker: Marker) -> None:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        self._worlds[marker.generation].marker = marker

    async def drop_generation(self, generation: str) -> None:
        """See GraphWriteStore."""
        await asyncio.sleep(0)
        self._worlds.pop(generation, None)

    async def elements(self, generation: str) -> AsyncIterator[Vertex | Edge]:
        """See GraphWriteStore."""
        world = self._worlds[generation]
        for vertex in list(world.vertices.values()):
            yield vertex
        for edge in list(world.edges.values()):
            yield edge


def _closure_of(vertex: Vertex) -> dict[str, str | int | float | bool]:
    return {key: value for key, value in vertex.properties.items() if key in CLOSURE_PROPERTIES}
