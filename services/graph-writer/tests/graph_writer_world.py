"""A log and a graph in memory, and what slows them down at random."""

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import Any

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.memory import InMemoryEventLog
from event_log.models import EventLog, RecordEntry
from graph_store import GraphStore
from graph_store.digest import GraphDigest, digest
from graph_writer.application.log_delta import read_clock
from graph_writer.application.reading import read_log
from graph_writer.application.verification import read_elements
from graph_writer.domain.elements import WholeGraph

GENERATION = "g1"


PAUSES = (0, 0, 0, 0, 0, 0, 1, 3, 100)
"""Mostly none, now and then one in which another writer does all of its work."""


class Hesitant:
    """Behaves as the thing inside, but lets others go first a random number of times at every call."""

    def __init__(self, inner: Any, chance: random.Random) -> None:
        self._inner = inner
        self._chance = chance

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._inner, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def hesitate(*arguments: Any) -> Any:
            await self._pause()
            answer = await method(*arguments)
            await self._pause()
            return answer

        return hesitate

    async def _pause(self) -> None:
        for _ in range(self._chance.choice(PAUSES)):
            await asyncio.sleep(0)


async def no_pause(_attempt: int) -> None:
    await asyncio.sleep(0)


async def append(log: EventLog, events: Iterable[EventEnvelope]) -> None:
    await log.append([RecordEntry(events=(one,)) for one in events])


async def log_of(events: Iterable[EventEnvelope]) -> InMemoryEventLog:
    log = InMemoryEventLog()
    await append(log, events)
    return log


async def digest_of_log(log: EventLog) -> GraphDigest:
    """What the graph must be, computed from the log alone."""
    return await digest(read_elements(WholeGraph((await read_log(log, read_clock())).states, None)))


async def digest_of_graph(graph: GraphStore, generation: str = GENERATION) -> GraphDigest:
    return await digest(graph.elements(generation))
