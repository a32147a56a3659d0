"""`DynamoEventLog`: writing and reading under one name."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.dynamo.reading import LogReader
from event_log.dynamo.writing import LogWriter
from event_log.memory import read_clock
from event_log.models import AppendOutcome, LogCursor, LogPage, LogSettings, RawRecord, RecordEntry


class DynamoEventLog:
    """Keeps the promises of `EventLog` on an aiobotocore client whose life belongs to the caller."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - aiobotocore makes its clients at run time
        settings: LogSettings,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        self._writer = LogWriter(client, settings, clock)
        self._reader = LogReader(client, settings, clock)

    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        """See `EventLog.append`."""
        return await self._writer.append(entries)

    async def append_decision(
        self, stream_id: str, expected_sequence: int, events: Sequence[EventEnvelope]
    ) -> tuple[EventEnvelope, ...]:
        """See `EventLog.append_decision`."""
        return await self._writer.append_decision(stream_id, expected_sequence, events)

    async def find_recorded(self, record_ids: Sequence[str]) -> frozenset[str]:
        """See `EventLog.find_recorded`."""
        return await self._reader.find_recorded(record_ids)

    async def read_record(self, record_id: str) -> RawRecord | None:
        """See `EventLog.read_record`."""
        return await self._reader.read_record(record_id)

    async def read_stream(self, stream_id: str) -> tuple[EventEnvelope, ...]:
        """See `EventLog.read_stream`."""
        return await self._reader.read_stream(stream_id)

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """See `EventLog.read_streams`."""
        return await self._reader.read_streams(stream_ids)

    def scan(self) -> AsyncIterator[EventEnvelope]:
        """See `EventLog.scan`."""
        return self._reader.scan()

    async def read_since(self, cursor: LogCursor | None) -> LogPage:
        """See `EventLog.read_since`."""
        return await self._reader.read_since(cursor)
