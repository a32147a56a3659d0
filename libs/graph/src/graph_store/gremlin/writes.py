"""Writing side of the Gremlin store."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from gremlin_python.process.graph_traversal import GraphTraversal, __
from gremlin_python.process.traversal import Cardinality, Merge, T

from graph_store.elements import (
    find_missing_ends,
    require_valid_closure,
    require_valid_facts,
    require_valid_id,
)
from graph_store.gremlin.batches import cut_by_number, cut_by_records
from graph_store.gremlin.client import GremlinClient
from graph_store.gremlin.keys import (
    EPOCH,
    GENERATION,
    MARKER_LABEL,
    from_edge_map,
    from_vertex_map,
    to_store_id,
)
from graph_store.gremlin.loading import build_edge_queries, build_placeholder_queries, build_vertex_queries
from graph_store.gremlin.walking import build_dependents_query, build_walk
from graph_store.gremlin.writing import (
    build_closures_query,
    build_facts_query,
    estimate_closure_records,
    estimate_fact_records,
)
from graph_store.models import (
    ClosureWrite,
    Edge,
    Marker,
    StreamFacts,
    Vertex,
    WriteOutcome,
    WriteResult,
)
from graph_store.read_models import MAX_DEPTH, Direction


class GremlinWrites:
    """See GraphWriteStore."""

    def __init__(self, client: GremlinClient) -> None:
        self._client = client
        self._settings = client.settings

    async def write_facts(self, generation: str, facts: Sequence[StreamFacts]) -> tuple[WriteResult, ...]:
        """See GraphWriteStore."""
        for one in facts:
            require_valid_facts(one)
        outcomes: dict[int, WriteOutcome] = {}
        # Sorted by id, so that writers who share vertices lock them in the same order.
        order = sorted(range(len(facts)), key=lambda i: facts[i].vertex.id)
        for batch in cut_by_records(
            order, lambda i: estimate_fact_records(facts[i]), self._settings.write_records
        ):
            query = build_facts_query(self._client.g, generation, [facts[i] for i in batch])
            for answer in await self._client.submit(query):
                index, _, outcome = str(answer).partition(":")
                outcomes[batch[int(index)]] = WriteOutcome(outcome)
        return tuple(WriteResult(one.vertex.id, outcomes[i]) for i, one in enumerate(facts))

    async def find_dependents(self, generation: str, stream_ids: Iterable[str]) -> frozenset[str]:
        """See GraphWriteStore."""
        found: set[str] = set()
        for batch in cut_by_number(sorted(set(stream_ids)), self._settings.page_size):
            query = build_dependents_query(self._client.g, generation, batch)
            found.update(await self._client.submit(query))
        return frozenset(one.removeprefix(f"{generation}|") for one in found)

    async def find_speakers(self, generation: str, ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """See GraphWriteStore."""
        wanted = sorted(set(ids))
        speakers: dict[str, set[str]] = {one: set() for one in wanted}
        for batch in cut_by_number(wanted, self._settings.page_size):
            query = self._client.g.V(*(to_store_id(generation, one) for one in batch)).in_e("SPEAKS_OF")
            for values in await self._client.submit(query.value_map()):
                edge = from_edge_map(values)
                speakers[edge.target].add(edge.source)
        return {one: frozenset(found) for one, found in speakers.items()}

    async def find_watermarked(self, generation: str, image_ids: Iterable[str]) -> frozenset[str]:
        """See GraphWriteStore."""
        found: set[str] = set()
        for batch in cut_by_number(sorted(set(image_ids)), self._settings.page_size):
            walk = build_walk(self._client.g, generation, batch, Direction.DESCENDANTS, MAX_DEPTH)
            found.update(await self._client.submit(walk.has("watermarks").id_()))
        return frozenset(one.removeprefix(f"{generation}|") for one in found)

    async def read_epochs(self, generation: str, stream_ids: Iterable[str]) -> dict[str, int]:
        """See GraphWriteStore."""
        epochs: dict[str, int] = {}
        for batch in cut_by_number(sorted(set(stream_ids)), self._settings.page_size):
            query = (
                self._client.g.V(*(to_store_id(generation, one) for one in batch))
                .has(EPOCH)
                .project("id", "epoch")
                .by(T.id)
                .by(EPOCH)
            )
            for row in await self._client.submit(query):
                epochs[row["id"].removeprefix(f"{generation}|")] = row["epoch"]
        return epochs

    async def write_closures(self, generation: str, closures: Sequence[ClosureWrite]) -> list[str]:
        """See GraphWriteStore."""
        for closure in closures:
            require_valid_closure(closure)
        written: set[str] = set()
        ordered = sorted(closures, key=lambda closure: closure.stream_id)
        for batch in cut_by_records(ordered, estimate_closure_records, self._settings.write_records):
            query = build_closures_query(self._client.g, generation, batch)
            written.update(batch[index].stream_id for index in await self._client.submit(query))
        return [closure.stream_id for closure in closures if closure.stream_id not in written]

    async def load(self, generation: str, vertices: Sequence[Vertex], edges: Sequence[Edge]) -> None:
        """See GraphWriteStore."""
        for edge in edges:
            require_valid_id(edge)
        g, records = self._client.g, self._settings.load_records
        missing = find_missing_ends(edges, (vertex.id for vertex in vertices))
        await self._submit_all(build_vertex_queries(g, generation, vertices, records))
        await self._submit_all(build_placeholder_queries(g, generation, missing, records))
        await self._submit_all(build_edge_queries(g, generation, edges, records))

    async def find_marker(self, generation: str) -> Marker | None:
        """See GraphWriteStore."""
        query = self._client.g.V(_marker_id(generation)).element_map("checkpoint", "fold_version")
        for values in await self._client.submit(query):
            return Marker(generation, values["checkpoint"], values["fold_version"])
        return None

    async def set_marker(self, marker: Marker) -> None:
        """See GraphWriteStore."""
        query = (
            self._client.g.merge_v({T.id: _marker_id(marker.generation)})
            .option(Merge.on_create, {T.label: MARKER_LABEL})
            .property(Cardinality.single, "checkpoint", marker.checkpoint)
            .property(Cardinality.single, "fold_version", marker.fold_version)
            .none()
        )
        await self._client.submit(query)

    async def drop_generation(self, generation: str) -> None:
        """See GraphWriteStore."""
        g = self._client.g
        await self._client.submit(g.V(_marker_id(generation)).drop())
        ids = await self._client.submit(g.V().has(GENERATION, generation).id_())
        for batch in cut_by_number(ids, self._settings.page_size):
            await self._client.submit(g.V(*batch).drop())

    async def elements(self, generation: str) -> AsyncIterator[Vertex | Edge]:
        """See GraphWriteStore."""
        g = self._client.g
        ids = await self._client.submit(g.V().has(GENERATION, generation).id_())
        for batch in cut_by_number(ids, self._settings.page_size):
            query = (
                g.V(*batch).project("vertex", "edges").by(__.element_map()).by(__.out_e().value_map().fold())
            )
            for row in await self._client.submit(query):
                yield from_vertex_map(generation, row["vertex"])
                for edge in row["edges"]:
                    yield from_edge_map(edge)

    async def close(self) -> None:
        """See GraphStore."""
        await self._client.close()

    async def _submit_all(self, queries: Iterator[GraphTraversal]) -> None:
        """As many at a time as there are connections; the next is built when one is free."""

        async def work() -> None:
            for query in queries:
                await self._client.submit(query)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._settings.connections):
                    group.create_task(work())
        except ExceptionGroup as failed:
            # Callers know single errors; the others are the same failure on other connections.
            raise failed.exceptions[0] from failed


def _marker_id(generation: str) -> str:
    return to_store_id(generation, "marker")
