"""What policy-engine needs of the outside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.times import UtcDatetime
from ami_lineage_contracts.verdicts import CurrentVerdict
from event_log import LogCursor, LogPage


class Position(BaseModel):
    """How far the log was followed: everything recorded up to `recorded_at` was evaluated.

    It holds for one generation of the graph and one policy; with others everything is evaluated anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded_at: UtcDatetime
    generation: str
    policy_digest: str


class VerdictTable(Protocol):
    """Current verdicts and our position. Raises VerdictTableError, VerdictTableRefusedError."""

    async def find_verdicts(self, resources: Iterable[str]) -> dict[str, CurrentVerdict]:
        """The verdicts that the table has of these, read consistently."""

    async def put_newer(self, verdict: CurrentVerdict) -> bool:
        """Put the verdict unless one of the same or a later sequence is there; whether it was put."""

    async def find_position(self) -> Position | None:
        """How far we were; None at the first start and when the table was lost."""

    async def put_position(self, position: Position) -> None:
        """Remember how far we are."""


class DecisionLog(Protocol):
    """The event log, as far as policy-engine uses it."""

    async def read_stream(self, stream_id: str) -> tuple[EventEnvelope, ...]:
        """Events of a stream, read consistently, in the order of their keys."""

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """Events of several streams."""

    async def append_decision(
        self, stream_id: str, expected_sequence: int, events: Sequence[EventEnvelope]
    ) -> tuple[EventEnvelope, ...]:
        """Append behind `expected_sequence` (0: an empty stream).

        Raises:
            SequenceConflictError: somebody else was faster.
        """

    async def read_since(self, cursor: LogCursor | None) -> LogPage:
        """Which streams changed since the cursor."""


class Publisher(Protocol):
    """The bus of recorded events."""

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """Publish recorded events; repeating it is harmless."""


class Clock(Protocol):
    """The time now, in UTC."""

    def __call__(self) -> datetime:
        """The time now."""
