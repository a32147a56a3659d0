"""Follows the log: brings what the bus did not say, and everything that was imported, into the graph."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from ami_lineage_contracts.times import to_key_time
from event_log import EventLog, LogCursor
from graph_store import GenerationRecord, GraphStore
from graph_writer.application.batches import BatchProjector
from graph_writer.application.gate import WriterGate
from graph_writer.application.log_delta import LogDelta, cut, read_clock, read_delta
from graph_writer.application.markers import advance_checkpoint, read_checkpoint
from graph_writer.application.notifying import Notifier
from graph_writer.errors import ProjectionFailedError

COMMIT_ALLOWANCE: Final = timedelta(minutes=1)
"""Longer than an append takes between its stamp and its commit."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What a catch-up found: events read for the first time, streams projected, and how far the log was read.

    `wants_rebuild`: so much is new beside so little that building anew is faster; nothing of it is projected.
    """

    events: int
    streams: int
    checkpoint: datetime
    wants_rebuild: bool = False


class CatchUp:
    """Catches the active generation up, and with it every other that is written."""

    def __init__(
        self,
        log: EventLog,
        graph: GraphStore,
        gate: WriterGate,
        batches: BatchProjector,
        notifier: Notifier,
        *,
        chunk: int,
        bulk_threshold: int,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        self._log = log
        self._graph = graph
        self._gate = gate
        self._batches = batches
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
            TransientError: or another that a repetition may mend; the next run starts at the same place.
            ProjectionFailedError: some streams cannot be projected; all others were, the checkpoint stays.
        """
        events = streams = 0
        while True:
            async with self._gate.batch() as writable:
                record = writable.require_active()
                active, cursor = record.name, await self._get_cursor(record)
            delta = await read_delta(self._log, cursor, self._bulk_threshold, self._clock)
            if may_rebuild and len(delta.stream_ids) >= self._bulk_threshold and await self._is_small(active):
                return CaughtUp(events, streams, delta.complete_to, wants_rebuild=True)
            await self._project(active, delta)
            events += delta.events
            streams += len(delta.stream_ids)
            if delta.at_end:
                return CaughtUp(events, streams, delta.complete_to)

    async def run_completely(self) -> CaughtUp:
        """The same, however much is new."""
        return await self.run(may_rebuild=False)

    def adopt(self, generation: str, cursor: LogCursor) -> None:
        """A rebuild in this process has brought a generation up to this cursor."""
        self._position = (generation, cursor)

    async def _get_cursor(self, active: GenerationRecord) -> LogCursor:
        """Where to go on: behind what this process has read, else at the generation's checkpoint.

        A new generation was scanned after its record was made: what this process read long before that
        is in it, and need not be projected again.
        """
        if self._position is None:
            return LogCursor(recorded_at=await read_checkpoint(self._graph, active.name))
        generation, cursor = self._position
        if generation == active.name:
            return cursor
        scanned = to_key_time(active.created_at - COMMIT_ALLOWANCE)
        return LogCursor(
            recorded_at=await read_checkpoint(self._graph, active.name),
            seen=frozenset(key for key in cursor.seen if key < scanned),
        )

    async def _is_small(self, generation: str) -> bool:
        counts = await self._graph.count_labels(generation)
        return sum(counts.values()) < self._bulk_threshold

    async def _project(self, active: str, delta: LogDelta) -> None:
        changed, failed = set[str](), set[str]()
        for chunk in cut(delta.stream_ids, self._chunk):
            batch = await self._batches.project(chunk)
            if batch.active == active:
                changed |= batch.changed
            failed |= batch.failed.keys()
        if failed:
            await self._announce(active, changed, await read_checkpoint(self._graph, active))
            raise ProjectionFailedError(frozenset(failed))
        checkpoint = await advance_checkpoint(self._graph, active, delta.complete_to)
        self._position = (active, delta.cursor)
        await self._announce(active, changed, checkpoint)

    async def _announce(self, active: str, changed: Collection[str], checkpoint: datetime) -> None:
        await self._notifier.announce(active, changed, checkpoint, str(uuid4()))
