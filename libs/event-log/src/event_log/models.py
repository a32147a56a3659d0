"""What goes into the log and what comes out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.times import UtcDatetime

OVERLAP: Final = timedelta(minutes=10)
"""How far `read_since` looks back: an append is stamped before it is committed, and an index lags."""


class RawRecord(BaseModel):
    """A record as AWS delivered it; kept once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    content: dict[str, Any]


class RecordEntry(BaseModel):
    """A record and its events: appended together or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: RawRecord | None = None
    events: tuple[EventEnvelope, ...]


@dataclass(frozen=True, slots=True)
class AppendOutcome:
    """`events`: all that were given, in their order, as they carry the stamp of this append.

    `new_record_ids`: raw records that were not there before.
    """

    new_event_ids: frozenset[UUID]
    duplicate_event_ids: frozenset[UUID]
    new_record_ids: frozenset[str]
    recorded_at: datetime
    events: tuple[EventEnvelope, ...]


class LogCursor(BaseModel):
    """How far the log was read, by time of recording.

    `seen`: keys read that a new pass would meet again. `position`: where an unfinished pass goes on, and
    `unsettled_since`: when it first read of the last ten minutes, of which more could come behind it.
    `pages`: such keys of an unfinished pass, sorted, by page; they join `seen` at its end and not before, as
    copying all for each page made a pass quadratic.
    A cursor made of a time alone is safe: it only reads ten minutes twice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded_at: UtcDatetime
    seen: frozenset[str] = frozenset()
    position: str | None = None
    unsettled_since: UtcDatetime | None = None
    pages: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class LogPage:
    """Streams with events not read before by this chain of cursors; none only at the end of the log."""

    stream_ids: frozenset[str]
    event_count: int
    cursor: LogCursor


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`transaction_size`: items per transaction (AWS_FACTS 4.2: at most 100).

    `concurrency`: requests in flight. `page_size`: index keys read per shard at once.
    `max_write_seconds`: after its stamp an append starts no more transactions (far within OVERLAP).
    """

    table: str
    transaction_size: int = 100
    concurrency: int = 8
    scan_segments: int = 64
    page_size: int = 500
    max_skew_seconds: float = 30.0
    max_write_seconds: float = 240.0


class EventLog(Protocol):
    """The append-only log; `DynamoEventLog` and `InMemoryEventLog` keep the same promises.

    Every method may raise TransientLogError and PermanentLogError.
    """

    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        """Put what is not there yet; what is there already stays as it is and counts as a duplicate.

        Raises:
            ClockSkewError: nothing was written.
        """

    async def append_decision(
        self, stream_id: str, expected_sequence: int, events: Sequence[EventEnvelope]
    ) -> tuple[EventEnvelope, ...]:
        """Append behind `expected_sequence` (0: an empty stream); returns the events as recorded.

        Raises:
            SequenceConflictError: the stream does not end there.
            PermanentLogError: none or more than 99 events, or one of another stream.
        """

    async def find_recorded(self, record_ids: Sequence[str]) -> frozenset[str]:
        """Which of these raw records are in the log."""

    async def read_record(self, record_id: str) -> RawRecord | None:
        """A raw record."""

    async def read_stream(self, stream_id: str) -> tuple[EventEnvelope, ...]:
        """All events of a stream, read consistently, in the order of their keys."""

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """Events of several streams; one without events has an empty tuple."""

    def scan(self) -> AsyncIterator[EventEnvelope]:
        """All events, each once, in no order; raw records are left out."""

    async def read_since(self, cursor: LogCursor | None) -> LogPage:
        """The next changes since the cursor; None: from the beginning."""
