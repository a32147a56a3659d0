"""Brings the recorded verdicts to what the graph says.

Why this converges, whoever else decides: facts are read before the last decision is, a decision is
appended only behind the one that was read, and what was appended is looked at once more. So the
engine whose decision is the last one has read facts after it, and a change of facts after that has
a hint of its own, which is evaluated like this one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

import structlog

from policy_engine.application.activation import PolicyInForce
from policy_engine.application.gathering import FactGatherer, Standpoint
from policy_engine.application.recording import Decision, DecisionRecorder
from policy_engine.domain.decisions import Cause, decide
from policy_engine.domain.facts import ImageGraph
from policy_engine.domain.policies import PolicyText
from policy_engine.errors import ContendedError

ROUNDS: Final = 12
"""Rounds before the work is given back: each ends with nothing to record, unless facts or engines race."""
CHUNK: Final = 200
"""Images decided at once: bounds memory, and what a crash leaves to be made good."""
_logger = structlog.get_logger(__name__)


class Evaluator:
    """Evaluates one policy over images of the graph and records what changed."""

    def __init__(
        self,
        policy: PolicyText,
        in_force: PolicyInForce,
        facts: FactGatherer,
        recorder: DecisionRecorder,
        now: Callable[[], datetime],
    ) -> None:
        self._policy = policy
        self._in_force = in_force
        self._facts = facts
        self._recorder = recorder
        self._now = now

    async def evaluate(
        self, standpoint: Standpoint, images: Collection[str] | None, correlation_id: str
    ) -> int:
        """Evaluate these images (None: all) and return how many decisions were recorded.

        Raises:
            ContendedError: verdicts changed in every round.
            PolicySupersededError: another text of the policy is in force.
        """
        pending, distrusted, recorded = images, frozenset[str](), 0
        for _ in range(ROUNDS):
            if pending is not None and not pending:
                return recorded
            await self._in_force.require()
            gathered = await self._facts.gather(standpoint.generation, pending)
            chosen = list(gathered.images()) if pending is None else list(pending)
            done, lost = set[str](), set[str]()
            for chunk in _cut(chosen, CHUNK):
                round_done, round_lost = await self._decide(
                    gathered, chunk, distrusted, standpoint, Cause(correlation_id, self._now())
                )
                done |= round_done
                lost |= round_lost
            recorded += len(done)
            if done:
                _logger.info("verdicts recorded", images=len(chosen), recorded=len(done), lost=len(lost))
            pending, distrusted = frozenset(done | lost), frozenset(lost)
        if pending:
            raise ContendedError(frozenset(pending))
        return recorded

    async def _decide(
        self,
        gathered: ImageGraph,
        chunk: Sequence[str],
        distrusted: frozenset[str],
        standpoint: Standpoint,
        cause: Cause,
    ) -> tuple[frozenset[str], frozenset[str]]:
        known = {image: facts for image in chunk if (facts := gathered.build_facts(image)) is not None}
        last = await self._recorder.find_last(known, distrusted & known.keys())
        decisions = list[Decision]()
        for image, facts in known.items():
            previous = last.get(image)
            changed = decide(self._policy, facts, previous)
            if changed is not None:
                decisions.append(Decision(changed, 0 if previous is None else previous.sequence))
        return await self._recorder.record(decisions, standpoint.checkpoint, cause)


def _cut(images: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(images), size):
        yield images[start : start + size]
