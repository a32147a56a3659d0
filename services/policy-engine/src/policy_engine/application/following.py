"""Puts the policy in force and keeps the verdicts up to the log, for as long as the service runs."""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

import structlog

from policy_engine.application.activation import PolicyInForce
from policy_engine.application.catch_up import CatchUp
from policy_engine.application.transience import TRANSIENT
from policy_engine.errors import PolicySupersededError

RETRY_SECONDS: Final = 2.0
_logger = structlog.get_logger(__name__)


class Observer(Protocol):
    """Counts what the follower does; `Metrics` is one."""

    def count_catch_up(self, recorded: int) -> None:
        """A catch-up reached the graph's checkpoint and recorded so many decisions."""


class Follower:
    """Activates the policy, then catches up at once, when asked and every so many seconds.

    `ready` is set while the policy is in force and every image was evaluated under it once.
    """

    def __init__(
        self,
        in_force: PolicyInForce,
        activated_by: str,
        catch_up: CatchUp,
        observer: Observer,
        seconds: float,
    ) -> None:
        self._in_force = in_force
        self._activated_by = activated_by
        self._catch_up = catch_up
        self._observer = observer
        self._seconds = seconds
        self._nudged = asyncio.Event()
        self._stopping = False
        self._activated = False
        self.ready = asyncio.Event()

    def ask_everything(self) -> None:
        """Evaluate all images now."""
        self._catch_up.ask_everything()
        self._nudged.set()

    def stop(self) -> None:
        """End after what is being done."""
        self._stopping = True
        self._nudged.set()

    async def run(self) -> None:
        """Follow until stopped."""
        while not self._stopping:
            self._nudged.clear()
            pause = RETRY_SECONDS
            try:
                await self._step()
                pause = self._seconds
            except PolicySupersededError as error:
                self.ready.clear()
                _logger.exception("policy superseded", error=str(error))
            except TRANSIENT as error:
                _logger.warning("catch-up postponed", error=str(error), error_type=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), pause)

    async def _step(self) -> None:
        if not self._activated:
            await self._in_force.activate(self._activated_by)
            self._activated = True
        self._observer.count_catch_up(await self._catch_up.run())
        self.ready.set()
