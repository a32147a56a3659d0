"""Puts the policy in force, and notices when another text of it was put in force."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import structlog

from ami_lineage_contracts.events.decision import PolicyActivated
from ami_lineage_contracts.stream_ids import policy_stream
from event_log import EventLog, SequenceConflictError
from policy_engine.domain.decisions import POLICY_ACTIVATED, Cause, build_activation_event
from policy_engine.domain.policies import PolicyText
from policy_engine.errors import PolicySupersededError

_logger = structlog.get_logger(__name__)


class PolicyInForce:
    """The stream of a policy: its last activation is in force."""

    def __init__(self, policy: PolicyText, log: EventLog, now: Callable[[], datetime]) -> None:
        self._policy = policy
        self._log = log
        self._now = now

    async def activate(self, activated_by: str) -> bool:
        """Record that this text is in force, unless the log says so already; whether it was recorded."""
        while True:
            digest, sequence = await self._read_last()
            if digest == self._policy.digest:
                return False
            event = build_activation_event(
                self._policy, sequence + 1, activated_by, Cause(str(uuid4()), self._now())
            )
            try:
                await self._log.append_decision(event.stream_id, sequence, (event,))
            except SequenceConflictError:
                continue
            _logger.info(
                "policy activated", policy=self._policy.policy.name, digest=self._policy.digest, before=digest
            )
            return True

    async def require(self) -> None:
        """Make sure that nobody has put another text in force.

        Raises:
            PolicySupersededError: somebody has; two engines with different texts would undo each other.
        """
        digest, _ = await self._read_last()
        if digest != self._policy.digest:
            raise PolicySupersededError(self._policy.policy.name, self._policy.digest, digest)

    async def _read_last(self) -> tuple[str | None, int]:
        """Digest in force and sequence of the stream's last event."""
        events = await self._log.read_stream(policy_stream(self._policy.policy.name))
        activations = [event for event in events if event.event_type == POLICY_ACTIVATED]
        digest = PolicyActivated.model_validate(activations[-1].data).digest if activations else None
        return digest, (events[-1].sequence or 0) if events else 0
