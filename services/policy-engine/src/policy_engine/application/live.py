"""Handles the messages of the policy-engine queue: evaluate what graph-writer says has changed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from ami_lineage_contracts.hints import GraphProjected
from bus import Message, Outcome, dead, done, retry
from policy_engine.application.evaluation import Evaluator
from policy_engine.application.gathering import FactGatherer
from policy_engine.application.transience import TRANSIENT
from policy_engine.domain.messages import read_message
from policy_engine.errors import UndecodableMessageError

PATIENCE_SECONDS: Final = 30.0
"""Half of what the queue keeps a message hidden (`Topology.policy_engine_queue`)."""
PAUSE_SECONDS: Final = 0.5
_logger = structlog.get_logger(__name__)


class LiveHandler:
    """One batch of messages to one outcome each.

    Messages only name streams: what holds is read from the graph, so a forged message changes nothing
    and a repeated one records nothing.
    """

    def __init__(
        self,
        facts: FactGatherer,
        evaluator: Evaluator,
        ask_everything: Callable[[], None],
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._facts = facts
        self._evaluator = evaluator
        self._ask_everything = ask_everything
        self._patience_seconds = patience_seconds
        self._clock = clock

    async def handle(self, messages: Sequence[Message]) -> list[Outcome]:
        """Outcomes in the order of the messages; a message that cannot be read does not stop the others."""
        read = [_read(message) for message in messages]
        hints = [hint for hint in read if isinstance(hint, GraphProjected)]
        outcome = await self._evaluate_patiently(hints) if hints else done()
        return [outcome if isinstance(hint, GraphProjected) else hint for hint in read]

    async def _evaluate_patiently(self, hints: Sequence[GraphProjected]) -> Outcome:
        """Waiting here keeps a message from being received again and again, which would bury it."""
        deadline = self._clock() + self._patience_seconds
        while True:
            try:
                await self._evaluate(hints)
            except TRANSIENT as error:
                _logger.warning("evaluation postponed", error=str(error), error_type=type(error).__name__)
            else:
                return done()
            if self._clock() > deadline:
                return retry()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _evaluate(self, hints: Sequence[GraphProjected]) -> None:
        """All hints of a batch at once: they often name the same images."""
        streams = {stream_id for hint in hints for stream_id in hint.stream_ids}
        standpoint = await self._facts.get_standpoint()
        images = await self._facts.find_descendants(standpoint.generation, streams)
        if images is None or any(hint.everything for hint in hints):
            # Takes longer than a message may stay hidden, so the catch-up does it.
            self._ask_everything()
        if images:
            await self._evaluator.evaluate(standpoint, images, hints[0].correlation_id)


def _read(message: Message) -> GraphProjected | Outcome:
    try:
        return read_message(message.body)
    except UndecodableMessageError as error:
        return dead(str(error))
