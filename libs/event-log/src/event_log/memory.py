"""The log in memory: for tests, under the same conformance suite as the one in DynamoDB."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.decisions import number_decisions
from event_log.errors import SequenceConflictError
from event_log.models import AppendOutcome, LogCursor, LogPage, RawRecord, RecordEntry
from event_log.reading_position import IndexKey, build_page, start_position
from event_log.table import build_recorded_key, build_sort_key


def read_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class InMemoryEventLog:
    """Keeps the promises of `EventLog` for one process; `page_size` bounds a page of `read_since`."""

    def __init__(self, clock: Callable[[], datetime] = read_clock, page_size: int = 500) -> None:
        self._clock = clock
        self._page_size = page_size
        self._streams: dict[str, dict[str, EventEnvelope]] = {}
        self._records: dict[str, RawRecord] = {}
        self._index: dict[str, str] = {}

    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        """See `EventLog.append`."""
        recorded_at = self._clock()
        new, given, new_records = set[UUID](), list[EventEnvelope](), set[str]()
        for entry in entries:
            for event in entry.events:
                stamped = event.model_copy(update={"recorded_at": recorded_at})
                given.append(stamped)
                if self._put(stamped):
                    new.add(event.event_id)
            if entry.record is not None and entry.record.record_id not in self._records:
                self._records[entry.record.record_id] = entry.record
                new_records.add(entry.record.record_id)
        return AppendOutcome(
            new_event_ids=frozenset(new),
            duplicate_event_ids=frozenset(event.event_id for event in given) - new,
            new_record_ids=frozenset(new_records),
            recorded_at=recorded_at,
            events=tuple(given),
        )

    def _put(self, event: EventEnvelope) -> bool:
        stream = self._streams.setdefault(event.stream_id, {})
        sort = build_sort_key(event)
        if sort in stream:
            return False
        stream[sort] = event
        self._index[build_recorded_key(event.recorded_at, event)] = event.stream_id
        return True

    async def append_decision(
        self, stream_id: str, expected_sequence: int, events: Sequence[EventEnvelope]
    ) -> tuple[EventEnvelope, ...]:
        """See `EventLog.append_decision`."""
        stamped = number_decisions(stream_id, expected_sequence, events, self._clock())
        if len(self._streams.get(stream_id, {})) != expected_sequence:
            raise SequenceConflictError(stream_id, expected_sequence)
        for event in stamped:
            self._put(event)
        return stamped

    async def find_recorded(self, record_ids: Sequence[str]) -> frozenset[str]:
        """See `EventLog.find_recorded`."""
        return frozenset(record_ids) & self._records.keys()

    async def read_record(self, record_id: str) -> RawRecord | None:
        """See `EventLog.read_record`."""
        return self._records.get(record_id)

    async def read_stream(self, stream_id: str) -> tuple[EventEnvelope, ...]:
        """See `EventLog.read_stream`."""
        return tuple(event for _, event in sorted(self._streams.get(stream_id, {}).items()))

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """See `EventLog.read_streams`."""
        return {stream_id: await self.read_stream(stream_id) for stream_id in stream_ids}

    async def scan(self) -> AsyncIterator[EventEnvelope]:
        """See `EventLog.scan`."""
        for stream in list(self._streams.values()):
            for event in list(stream.values()):
                yield event

    async def read_since(self, cursor: LogCursor | None) -> LogPage:
        """See `EventLog.read_since`."""
        while True:
            keys = sorted(self._index)
            start = bisect_right(keys, start_position(cursor))
            chosen = keys[start : start + self._page_size]
            horizon = chosen[-1] if start + self._page_size < len(keys) else None
            found = (IndexKey(key, self._index[key]) for key in chosen)
            page = build_page(cursor, found, horizon, self._clock())
            if page.event_count or horizon is None:
                return page
            cursor = page.cursor
