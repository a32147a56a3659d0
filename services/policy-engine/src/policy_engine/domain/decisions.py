"""Decisions as events, and when two of them say the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.decision import ComplianceChanged, PolicyActivated, RuleVerdict
from ami_lineage_contracts.stream_ids import compliance_stream, policy_stream
from ami_lineage_contracts.times import UtcDatetime
from ami_lineage_contracts.verdicts import CurrentVerdict
from lineage_policy.evaluation import build_status, evaluate_policy
from lineage_policy.facts import ImageFacts
from policy_engine.domain.policies import PolicyText

PRODUCER: Final = "policy-engine"
COMPLIANCE_CHANGED: Final = "compliance.changed"
POLICY_ACTIVATED: Final = "policy.activated"


@dataclass(frozen=True, slots=True)
class Cause:
    """What made us look, and when."""

    correlation_id: str
    at: UtcDatetime


def decide(
    policy: PolicyText, facts: ImageFacts, previous: CurrentVerdict | None
) -> ComplianceChanged | None:
    """What has to be recorded about an image; None when `previous` says it already."""
    verdicts = evaluate_policy(policy.policy, facts)
    decision = ComplianceChanged(
        resource=facts.stream_id,
        policy=policy.policy.name,
        policy_digest=policy.digest,
        status=build_status(verdicts),
        previous_status=None if previous is None else previous.status,
        verdicts=verdicts,
    )
    return None if previous is not None and _says_the_same(previous, decision) else decision


def _says_the_same(previous: CurrentVerdict, decision: ComplianceChanged) -> bool:
    return (previous.policy, previous.policy_digest, previous.status) == (
        decision.policy,
        decision.policy_digest,
        decision.status,
    ) and _without_order(previous.verdicts) == _without_order(decision.verdicts)


def _without_order(verdicts: Iterable[RuleVerdict]) -> list[tuple[RuleVerdict, list[str]]]:
    """Verdicts in the order of the policy, their evidence as a set: the graph gives it in any order."""
    return [(one.model_copy(update={"evidence": ()}), sorted(set(one.evidence))) for one in verdicts]


def build_compliance_event(decision: ComplianceChanged, sequence: int, cause: Cause) -> EventEnvelope:
    """The event that records a decision as number `sequence` of its stream."""
    stream_id = compliance_stream(decision.resource)
    return _build_event(
        COMPLIANCE_CHANGED,
        stream_id,
        sequence,
        cause,
        decision.model_dump(mode="json", exclude_defaults=True),
    )


def build_activation_event(
    policy: PolicyText, sequence: int, activated_by: str, cause: Cause
) -> EventEnvelope:
    """The event that puts a policy in force."""
    activation = PolicyActivated(
        name=policy.policy.name, digest=policy.digest, activated_by=activated_by, document=policy.text
    )
    return _build_event(
        POLICY_ACTIVATED,
        policy_stream(policy.policy.name),
        sequence,
        cause,
        activation.model_dump(mode="json"),
    )


def _build_event(
    event_type: str, stream_id: str, sequence: int, cause: Cause, data: dict[str, object]
) -> EventEnvelope:
    record_id = f"{stream_id}/{sequence}"
    return EventEnvelope(
        event_id=_build_decision_id(record_id, event_type, stream_id, cause.at),
        event_type=event_type,
        stream_id=stream_id,
        sequence=sequence,
        occurred_at=cause.at,
        recorded_at=cause.at,
        producer=PRODUCER,
        source=EventSource(kind="command", record_id=record_id),
        correlation_id=cause.correlation_id,
        data=data,
    )


def _build_decision_id(record_id: str, event_type: str, stream_id: str, at: datetime) -> UUID:
    """Two engines may decide differently at one place of a stream; only one is recorded, so ids must differ."""
    return build_event_id(record_id, event_type, stream_id, at.isoformat())


def to_current_verdict(event: EventEnvelope, checkpoint: datetime | None) -> CurrentVerdict:
    """What holds since a recorded compliance.changed.

    Raises:
        ValueError: the event has no sequence, so it does not come from the log.
    """
    if event.sequence is None:
        raise ValueError(f"{event.event_id} has no sequence; only recorded events can be held")
    changed = ComplianceChanged.model_validate(event.data)
    return CurrentVerdict(
        resource=changed.resource,
        status=changed.status,
        policy=changed.policy,
        policy_digest=changed.policy_digest,
        sequence=event.sequence,
        checkpoint=checkpoint,
        verdicts=changed.verdicts,
    )
