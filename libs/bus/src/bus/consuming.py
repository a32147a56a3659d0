"""The consumer loop: handle a batch, delete last, let nothing poisonous block what comes behind it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from ami_lineage_contracts.topology import MAX_RECEIVE_COUNT
from bus.errors import BusError
from bus.messages import Message, Outcome, Received, dead, retry
from bus.queues import MessageQueue

DELAYS_SECONDS: Final = (1, 10, 60, 300)
"""Longest wait behind each failed attempt: soon after a collision, long enough for an outage."""
PATIENCE: Final = 2
"""So many batches in which nothing succeeded are bad luck; more are an outage."""
LONGEST_PAUSE_SECONDS: Final = 30.0

Handler = Callable[[Sequence[Message]], Awaitable[Sequence[Outcome]]]
_logger = structlog.get_logger(__name__)


def build_delay(receive_count: int) -> int:
    """Seconds until the next try: longer each time, with jitter."""
    longest = DELAYS_SECONDS[min(max(receive_count, 1), len(DELAYS_SECONDS)) - 1]
    return random.randint((longest + 1) // 2, longest)  # noqa: S311 - jitter is no secret


def build_pause(fruitless: int) -> float:
    """Seconds to leave the queue alone after so many batches in a row in which nothing succeeded.

    Receiving on while everything fails would use up the attempts of all that waits.
    """
    if fruitless <= PATIENCE:
        return 0.0
    return min(2.0 ** (fruitless - PATIENCE), LONGEST_PAUSE_SECONDS)


class QueueConsumer:
    """Receives from one queue until stopped; the batch at hand is finished first.

    A message is deleted only when its outcome says done, so one that was handled twice must do no harm.
    """

    def __init__(
        self,
        queue: MessageQueue,
        handler: Handler,
        *,
        wait_seconds: int = 2,
        on_outcome: Callable[[Message, Outcome], None] = lambda _message, _outcome: None,
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._wait_seconds = wait_seconds
        self._on_outcome = on_outcome
        self._stopping = asyncio.Event()
        self._fruitless = 0

    def stop(self) -> None:
        """End after the long poll and the batch at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until stopped; a queue that does not answer is asked again."""
        while not self._stopping.is_set():
            try:
                messages = await self._queue.receive(self._wait_seconds)
            except BusError as error:
                _logger.warning("queue did not answer", queue=self._queue.name, error=str(error))
                await self._count(fruitful=False)
                continue
            if messages:
                await self._handle(messages)

    async def _handle(self, messages: Sequence[Received]) -> None:
        outcomes = [
            _limit(message, outcome)
            for message, outcome in zip(messages, await self._decide(messages), strict=True)
        ]
        for message, outcome in zip(messages, outcomes, strict=True):
            self._on_outcome(message, outcome)
        # What was done is deleted before anything waits for a postponed message.
        await self._settle(
            self._queue.delete(
                [one for one, outcome in zip(messages, outcomes, strict=True) if outcome.kind == "done"]
            )
        )
        await asyncio.gather(*map(self._settle_one, messages, outcomes))
        await self._count(fruitful=any(outcome.kind != "retry" for outcome in outcomes))

    async def _decide(self, messages: Sequence[Received]) -> Sequence[Outcome]:
        """An outcome for each message; a failure of the handler touches only the messages that cause it."""
        try:
            outcomes = await self._handler(messages)
            if len(outcomes) != len(messages):
                raise ValueError(f"the handler gave {len(outcomes)} outcomes for {len(messages)} messages")  # noqa: TRY301 - treated as any fault of the handler
        except Exception as error:
            # The single consumer boundary: whatever a handler did not foresee must not end the loop.
            _logger.exception("batch failed", queue=self._queue.name, messages=len(messages))
            if len(messages) == 1:
                return [retry(reason=f"{type(error).__name__}: {error}")]
            return [outcome for message in messages for outcome in await self._decide([message])]
        return outcomes

    async def _settle_one(self, message: Received, outcome: Outcome) -> None:
        match outcome.kind:
            case "dead":
                _logger.error(
                    "message buried", queue=self._queue.name, message_id=message.id, reason=outcome.reason
                )
                await self._settle(self._queue.bury(message, outcome.reason, outcome.error_type))
            case "retry":
                delay = outcome.after_seconds
                await self._settle(
                    self._queue.postpone(
                        message, build_delay(message.receive_count) if delay is None else delay
                    )
                )
            case "done":
                return

    async def _settle(self, step: Awaitable[None]) -> None:
        """A step that fails concerns one message, which comes again by itself; the others go on."""
        try:
            await step
        except BusError as error:
            _logger.warning("message not settled", queue=self._queue.name, error=str(error))

    async def _count(self, *, fruitful: bool) -> None:
        self._fruitless = 0 if fruitful else self._fruitless + 1
        pause = build_pause(self._fruitless)
        if pause:
            _logger.warning("consumer pauses", queue=self._queue.name, seconds=pause)
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                return


def _limit(message: Message, outcome: Outcome) -> Outcome:
    """The last attempt ends among the dead letters with the reason; SQS itself would name none."""
    if outcome.kind == "retry" and message.receive_count >= MAX_RECEIVE_COUNT:
        reason = outcome.reason or "the handler asked for another attempt"
        return dead(f"still failing after {message.receive_count} attempts: {reason}", "attempts exhausted")
    return outcome
