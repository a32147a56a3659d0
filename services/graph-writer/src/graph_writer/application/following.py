"""Keeps the active generation there and up to the log, for as long as the service runs."""

import asyncio
import time
from contextlib import suppress
from typing import Final, Protocol

import structlog

from graph_writer.application.batches import PERMANENT, TRANSIENT
from graph_writer.application.catch_up import CatchUp
from graph_writer.application.gate import WriterGate
from graph_writer.application.rebuild import Rebuilder, RebuildReport

PRESENCE_SECONDS: Final = 2.0
"""How often it is checked that the graph is there."""
FOLLOW_UP_SECONDS: Final = 3.0
"""After a hint once more: whoever sent it may still have been writing."""
_logger = structlog.get_logger(__name__)


class Observer(Protocol):
    """Counts what the follower does; `Metrics` is one."""

    def count_catch_up(self, events: int, checkpoint: float) -> None:
        """The end of the log was reached; `checkpoint` in seconds since 1970."""

    def count_rebuild(self) -> None:
        """A generation was built."""


class Follower:
    """Rebuilds what was lost, catches up when asked and every so many seconds.

    `ready` is set when the graph has followed the log for the first time.
    """

    def __init__(
        self, gate: WriterGate, catch_up: CatchUp, rebuilder: Rebuilder, observer: Observer, seconds: float
    ) -> None:
        self._gate = gate
        self._catch_up = catch_up
        self._rebuilder = rebuilder
        self._observer = observer
        self._seconds = seconds
        self._wanted = asyncio.Event()
        self._nudged = asyncio.Event()
        self._stopping = False
        self._due = 0.0
        self.ready = asyncio.Event()

    def wake(self) -> None:
        """Catch up now."""
        self._wanted.set()
        self._nudged.set()

    def stop(self) -> None:
        """End after what is being done."""
        self._stopping = True
        self._nudged.set()

    async def run(self) -> None:
        """Follow until stopped."""
        while not self._stopping:
            self._nudged.clear()
            pause = PRESENCE_SECONDS
            try:
                await self._step()
                pause = min(pause, self._due - time.monotonic())
            except TRANSIENT as error:
                _logger.warning("catch-up postponed", error=str(error))
            except PERMANENT as error:
                _logger.exception("catch-up failed", error=str(error))
                self._due = time.monotonic() + self._seconds
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), max(pause, 0.0))

    async def _step(self) -> None:
        self._adopt(await self._rebuilder.ensure_active())
        hinted = self._wanted.is_set()
        if not hinted and time.monotonic() < self._due:
            return
        if not self._gate.is_open:
            await self._gate.renew()
        self._wanted.clear()
        self._due = 0.0
        caught_up = await self._catch_up.run()
        if caught_up.wants_rebuild:
            self._adopt(await self._rebuilder.rebuild())
        self._observer.count_catch_up(caught_up.events, caught_up.checkpoint.timestamp())
        self.ready.set()
        self._due = time.monotonic() + (FOLLOW_UP_SECONDS if hinted else self._seconds)

    def _adopt(self, report: RebuildReport | None) -> None:
        if report is not None:
            self._catch_up.adopt(report.generation, report.cursor)
            self._observer.count_rebuild()
