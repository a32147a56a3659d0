import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest
from graph_writer_events import event, event_sets, registered_chain, resource, stream
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_lineage_contracts.envelope import EventEnvelope
from graph_store import InMemoryGraphStore
from graph_store.digest import GraphDigest, digest
from graph_writer.application.projector import Projector
from graph_writer.application.reading import read_states
from graph_writer.application.verification import read_elements
from graph_writer.domain.elements import WholeGraph

GENERATION = "g1"


class GrowingLog:
    def __init__(self) -> None:
        self.events: dict[str, list[EventEnvelope]] = {}

    def add(self, events: Iterable[EventEnvelope]) -> None:
        for one in events:
            of_stream = self.events.setdefault(one.stream_id, [])
            if one not in of_stream:
                of_stream.append(one)

    async def read_streams(self, stream_ids: Iterable[str]) -> dict[str, tuple[EventEnvelope, ...]]:
        await asyncio.sleep(0)
        return {one: tuple(self.events.get(one, ())) for one in stream_ids}

    async def scan(self) -> AsyncIterator[EventEnvelope]:
        for of_stream in self.events.values():
            for one in of_stream:
                yield one


async def rebuilt(log: GrowingLog) -> GraphDigest:
    return await digest(read_elements(WholeGraph(await read_states(log), None)))


async def stored(graph: InMemoryGraphStore) -> GraphDigest:
    return await digest(graph.elements(GENERATION))


@given(event_sets, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_any_delivery_gives_the_digest_of_the_rebuild(events: list[EventEnvelope], shuffle: random.Random) -> None:
    async def deliver() -> None:
        log, graph = GrowingLog(), InMemoryGraphStore()
        projector = Projector(log, graph)
        delivered = events + shuffle.sample(events, len(events) // 2)
        shuffle.shuffle(delivered)
        while delivered:
            size = shuffle.randint(1, 4)
            batch, delivered = delivered[:size], delivered[size:]
            log.add(batch)
            await projector.project(GENERATION, {one.stream_id for one in batch})
        assert await stored(graph) == await rebuilt(log)

    asyncio.run(deliver())
