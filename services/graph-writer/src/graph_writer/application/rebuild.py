"""Builds a generation from the log alone and puts it in the place of the active one.

Exclusive load -> marked as catching up, so that every writer writes it too -> guarded catch-up from
before the scan -> switch -> the old one is dropped when no writer names it any more.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

import structlog

from event_log import EventLog, LogCursor
from graph_store import GraphWriteStore
from graph_store.elements import build_placeholder
from graph_store.generations import GenerationRegistry, GenerationState, every_lease_names
from graph_writer.application.build_lock import BuildLock
from graph_writer.application.log_delta import SETTLE, cut, read_clock, read_delta
from graph_writer.application.markers import (
    advance_checkpoint,
    find_fold_version,
    put_anchor,
    put_marker,
    require_anchor,
)
from graph_writer.application.notifying import Notifier
from graph_writer.application.projector import Projector
from graph_writer.application.reading import read_log
from graph_writer.application.removal import remove_generation, wait_for_leases
from graph_writer.domain.elements import WholeGraph
from lineage import FOLD_VERSION

DELTA: Final = 10_000
"""Changed streams that one round of the catch-up holds."""
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """The new active generation: events that its load read, seconds until the switch.

    `cursor` is behind everything that was read for it.
    """

    generation: str
    events: int
    seconds: float
    cursor: LogCursor
    checkpoint: datetime


class Rebuilder:
    """Builds generations, one builder at a time."""

    def __init__(
        self,
        log: EventLog,
        graph: GraphWriteStore,
        registry: GenerationRegistry,
        projector: Projector,
        notifier: Notifier,
        *,
        builder_id: str,
        members: Collection[str] | None,
        chunk: int,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        self._log = log
        self._graph = graph
        self._registry = registry
        self._projector = projector
        self._notifier = notifier
        self._lock = BuildLock(registry, builder_id)
        self._members = members
        self._chunk = chunk
        self._clock = clock

    async def rebuild(self) -> RebuildReport:
        """A new generation becomes the active one; running writers go on beside it.

        Raises:
            RebuildRunningError: another builder is at work.
            WriterBehindError: a running writer does not take the new generation up.
        """
        async with self._lock.held():
            return await self._replace_active()

    async def ensure_active(self) -> RebuildReport | None:
        """Rebuild unless the active generation is of this fold version and its graph is there.

        Raises:
            RebuildRunningError: another builder is at work, so it is not there yet.
        """
        if await self._is_present():
            return None
        async with self._lock.held():
            return None if await self._is_present() else await self._replace_active()

    async def _is_present(self) -> bool:
        active = await self._registry.find_active()
        if active is None:
            return False
        return await find_fold_version(self._graph, active.generation) == FOLD_VERSION

    async def _replace_active(self) -> RebuildReport:
        """The holder of the lock alone builds: whatever else is registered was left behind by a crash."""
        for record in await self._registry.list_generations():
            if record.state is not GenerationState.LIVE:
                await remove_generation(self._registry, self._graph, record.name)
        generation = f"g{self._clock():%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
        before = await self._registry.find_active()
        _logger.info("rebuild started", generation=generation, replaces=before and before.generation)
        try:
            report = await self._build(generation, before.version if before else 0)
        except BaseException:
            await remove_generation(self._registry, self._graph, generation)
            raise
        await self._notifier.announce_everything(generation, report.checkpoint, str(uuid4()))
        _logger.info("rebuild finished", generation=generation, events=report.events, seconds=report.seconds)
        if before is not None:
            await remove_generation(self._registry, self._graph, before.generation)
        return report

    async def _build(self, generation: str, version: int) -> RebuildReport:
        """Load, catch up, switch."""
        started = time.monotonic()
        await self._registry.create_generation(generation, FOLD_VERSION)
        await put_anchor(self._graph, generation, self._clock())
        reading = await read_log(self._log, self._clock())
        whole = WholeGraph(reading.states, self._members)
        await self._load(generation, whole)
        await put_marker(self._graph, generation, reading.cursor.recorded_at - SETTLE)
        await self._registry.mark_catching_up(generation)
        await wait_for_leases(
            self._registry, lambda leases: every_lease_names(leases, generation), generation
        )
        cursor, checkpoint = await self._catch_up(generation, reading.cursor)
        await require_anchor(self._graph, generation)
        await self._registry.activate(generation, version)
        return RebuildReport(generation, whole.event_count, time.monotonic() - started, cursor, checkpoint)

    async def _load(self, generation: str, whole: WholeGraph) -> None:
        """Every vertex before the edges that touch it: an end that comes later stands in as a placeholder."""
        loaded = set[str]()
        for part in whole.parts(self._chunk):
            loaded.update(vertex.id for vertex in part.vertices)
            ahead = {end for edge in part.edges for end in (edge.source, edge.target)} - loaded
            loaded |= ahead
            stand_ins = map(build_placeholder, sorted(ahead))
            await self._graph.load(generation, [*part.vertices, *stand_ins], part.edges)

    async def _catch_up(self, generation: str, cursor: LogCursor) -> tuple[LogCursor, datetime]:
        """Everything recorded since the scan until after all writers wrote the generation too."""
        while True:
            delta = await read_delta(self._log, cursor, DELTA, self._clock)
            for chunk in cut(delta.stream_ids, self._chunk):
                await self._projector.project(generation, chunk)
            cursor = delta.cursor
            checkpoint = await advance_checkpoint(self._graph, generation, delta.complete_to)
            if delta.at_end:
                return cursor, checkpoint
