"""The consumer loop: handle a batch, delete last, let nothing poisonous block what comes behind it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from bus.errors import BusError
from bus.messages import Message, Outcome, retry
from bus.queues import Received, SqsQueue

FIRST_DELAY_SECONDS: Final = 2
MAX_DELAY_SECONDS: Final = 300
PAUSE_SECONDS: Final = 2.0
"""After a queue did not answer."""

Handler = Callable[[Sequence[Message]], Awaitable[Sequence[Outcome]]]
_logger = structlog.get_logger(__name__)


def build_delay(receive_count: int) -> int:
    """Seconds until the next try: twice as long each time, with jitter, at most five minutes."""
    longest = min(FIRST_DELAY_SECONDS * 2 ** max(receive_count - 1, 0), MAX_DELAY_SECONDS)
    return random.randint(longest // 2, longest)  # noqa: S311 - jitter is no secret


class QueueConsumer:
    """Receives from one queue until stopped; the batch at hand is finished first."""

    def __init__(
        self,
        queue: SqsQueue,
        handler: Handler,
        *,
        wait_seconds: int = 5,
        on_outcome: Callable[[Message, Outcome], None] = lambda _message, _outcome: None,
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._wait_seconds = wait_seconds
        self._on_outcome = on_outcome
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until stopped."""
        while not self._stopping.is_set():
            try:
                messages = await self._receive()
                if messages:
                    await self._handle(messages)
            except BusError as error:
                _logger.warning("queue did not answer", queue=self._queue.name, error=str(error))
                await self._pause()

    async def _receive(self) -> list[Received]:
        """Receive; a stop ends the long poll, whose messages then show up again by themselves."""
        receiving = asyncio.ensure_future(self._queue.receive(self._wait_seconds))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return receiving.result() if receiving.done() else []
        finally:
            receiving.cancel()
            stopping.cancel()

    async def _handle(self, messages: Sequence[Received]) -> None:
        try:
            outcomes = await self._handler(messages)
        except Exception:
            # The single consumer boundary: whatever a handler did not foresee must not end the loop.
            _logger.exception("batch failed", queue=self._queue.name, messages=len(messages))
            outcomes = [retry() for _ in messages]
        finished: list[Received] = []
        for message, outcome in zip(messages, outcomes, strict=True):
            self._on_outcome(message, outcome)
            match outcome.kind:
                case "done":
                    finished.append(message)
                case "dead":
                    _logger.error(
                        "message buried", queue=self._queue.name, message_id=message.id, reason=outcome.reason
                    )
                    await self._queue.bury(message, outcome.reason)
                case "retry":
                    delay = outcome.after_seconds
                    await self._queue.postpone(
                        message, build_delay(message.receive_count) if delay is None else delay
                    )
        await self._queue.delete(finished)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), PAUSE_SECONDS)
        except TimeoutError:
            return
