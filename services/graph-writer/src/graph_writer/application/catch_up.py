"""Follows the log: brings what the bus did not say, and everything that was imported, into the graph."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from event_log import EventLog, LogCursor
from graph_store import GraphStore
from graph_writer.application.gate import WriterGate
from graph_writer.application.log_delta import LogDelta, cut, read_clock, read_delta, resume_at
from graph_writer.application.markers import advance_checkpoint, read_checkpoint
from graph_writer.application.notifying import Notifier
from graph_writer.application.projector import Projector


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What a catch-up found: events read for the first time, and streams projected.

    `wants_rebuild`: so much is new beside so little that building anew is faster; nothing of it is projected.
    """

    events: int
    streams: int
    wants_rebuild: bool = False


class CatchUp:
    """Catches the active generation up, and with it every other that is written."""

    def __init__(
        self,
        log: EventLog,
        graph: GraphStore,
        gate: WriterGate,
        projector: Projector,
        notifier: Notifier,
        *,
        chunk: int,
        bulk_threshold: int,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        self._log = log
        self._graph = graph
        self._gate = gate
        self._projector = projector
        self._notifier = notifier
        self._chunk = chunk
        self._bulk_threshold = bulk_threshold
        self._clock = clock
        self._position: tuple[str, LogCursor] | None = None

    async def run(self, *, may_rebuild: bool = True) -> CaughtUp:
        """Project everything recorded since the checkpoint, then advance it.

        Nothing that was read stays behind: checkpoint and position move only when all streams of a delta
        have been projected.

        Raises:
            TransientError: of any kind; the next run starts where this one did not get past.
        """
        events = streams = 0
        target = self._clock()
        while True:
            async with self._gate.batch() as writable:
                active = writable.require_active()
                cursor = await self._get_cursor(active)
            delta = await read_delta(self._log, cursor, self._bulk_threshold, target)
            if may_rebuild and len(delta.stream_ids) >= self._bulk_threshold and await self._is_small(active):
                return CaughtUp(events, streams, wants_rebuild=True)
            await self._project(active, delta)
            events += delta.events
            streams += len(delta.stream_ids)
            if delta.at_end:
                return CaughtUp(events, streams)

    async def _get_cursor(self, active: str) -> LogCursor:
        """Where to go on: behind what this process has read, else at the generation's checkpoint."""
        if self._position is not None and self._position[0] == active:
            return self._position[1]
        return resume_at(await read_checkpoint(self._graph, active))

    async def _is_small(self, generation: str) -> bool:
        counts = await self._graph.count(generation)
        return counts.images + counts.instances < self._bulk_threshold

    async def _project(self, active: str, delta: LogDelta) -> None:
        changed = set[str]()
        for chunk in cut(delta.stream_ids, self._chunk):
            changed |= await self._project_chunk(active, chunk)
        checkpoint = await advance_checkpoint(self._graph, active, delta.complete_to)
        self._position = (active, delta.cursor)
        await self._notifier.announce(active, changed, checkpoint, str(uuid4()))

    async def _project_chunk(self, active: str, stream_ids: Collection[str]) -> frozenset[str]:
        changed: frozenset[str] = frozenset()
        async with self._gate.batch() as writable:
            for generation in writable.generations:
                projected = await self._projector.project(generation, stream_ids)
                if generation == active:
                    changed = projected.changed
        return changed
