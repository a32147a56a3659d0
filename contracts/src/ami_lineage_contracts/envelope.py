"""The envelope around every event, in the log and on the bus."""

from typing import Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.times import UtcDatetime

EVENT_NAMESPACE = UUID("6f1d3f0e-5b0a-5d0c-9d1e-0a3c2b7f4e61")
BUS_SOURCE = "ami-lineage"

SourceKind = Literal[
    "cloudtrail", "eventbridge", "observation", "config", "inspector", "guardduty", "securityhub", "command"
]


class EventSource(BaseModel):
    """Where an event was learnt from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SourceKind
    record_id: str
    account_id: str | None = None
    region: str | None = None
    verified: bool = False


class Actor(BaseModel):
    """Who did it, as CloudTrail's userIdentity says (AWS_FACTS 2.5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str | None = None
    arn: str | None = None
    session_issuer_arn: str | None = None
    source_identity: str | None = None
    invoked_by: str | None = None
    source_ip: str | None = None


class EventEnvelope(BaseModel):
    """One event: what happened, to which stream, when, and how we know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: UUID
    event_type: str
    schema_version: int = 1
    stream_id: str
    sequence: int | None = None
    occurred_at: UtcDatetime
    recorded_at: UtcDatetime
    producer: str
    normaliser_version: int = 1
    source: EventSource
    actor: Actor | None = None
    correlation_id: str
    causation_id: str | None = None
    data: dict[str, Any]


def build_event_id(record_id: str, event_type: str, stream_id: str, discriminator: str = "") -> UUID:
    """Deterministic id of an event.

    `discriminator` is a value from the record (an id, a tag key), never a counter: the same record
    gives the same ids whoever reads it, however often.
    """
    return uuid5(EVENT_NAMESPACE, f"{record_id}\x1f{event_type}\x1f{stream_id}\x1f{discriminator}")
