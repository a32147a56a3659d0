"""Logs under test, a clock that goes when told to, and events of their own."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from aiobotocore.session import get_session

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from event_log import (
    DynamoEventLog,
    EventLog,
    InMemoryEventLog,
    LogCursor,
    LogSettings,
    RawRecord,
    RecordEntry,
)
from event_log.table import build_table_spec

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANY_SKEW = 1e10
"""Seconds; the tests' clock stands where they put it, far from the server's."""
STREAM = "image/aws/us-east-1/ami-1"


@dataclass
class Clock:
    """A clock that goes when told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **passed: float) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)


@dataclass
class World:
    """Builds the log under test; `client` and `table` are there for the one in DynamoDB only."""

    clock: Clock
    build: Callable[..., EventLog]
    client: Any = None
    table: str = ""
    numbers: Any = field(default_factory=lambda: count(1))

    def make_event(self, stream: str = STREAM, **given: Any) -> EventEnvelope:
        """An event of its own, a second after the one made before."""
        number = next(self.numbers)
        values: dict[str, Any] = {
            "event_id": build_event_id(f"record-{number}", "image.tagged", stream),
            "event_type": "image.tagged",
            "stream_id": stream,
            "occurred_at": START + timedelta(seconds=number),
            "recorded_at": START - timedelta(days=400),
            "producer": "test",
            "source": EventSource(kind="cloudtrail", record_id=f"record-{number}"),
            "correlation_id": "c",
            "data": {"number": number},
        }
        return EventEnvelope(**(values | given))

    def make_events(self, number: int, stream: str = STREAM) -> tuple[EventEnvelope, ...]:
        """Several events of one stream."""
        return tuple(self.make_event(stream) for _ in range(number))

    async def append_late(self, log: EventLog, event: EventEnvelope, late: timedelta) -> None:
        """Append as a writer does that stamped some time ago."""
        now = self.clock.now
        self.clock.now = now - late
        await log.append([RecordEntry(events=(event,))])
        self.clock.now = now


def make_entry(record_id: str, *events: EventEnvelope, **content: Any) -> RecordEntry:
    """A record with its events."""
    return RecordEntry(record=RawRecord(record_id=record_id, content=content), events=events)


async def read_to_end(log: EventLog, cursor: LogCursor | None = None) -> tuple[int, set[str], LogCursor]:
    """Events and streams up to the end of the log, and the cursor there."""
    events, streams = 0, set[str]()
    while True:
        page = await log.read_since(cursor)
        events += page.event_count
        streams |= page.stream_ids
        cursor = page.cursor
        if not page.event_count:
            return events, streams, cursor


def open_memory(clock: Clock) -> World:
    """The fake."""

    def build(page_size: int = 500) -> EventLog:
        return InMemoryEventLog(clock, page_size)

    return World(clock, build)


@asynccontextmanager
async def open_dynamo(endpoints: Any, clock: Clock) -> AsyncIterator[World]:
    """The real one, over a table of its own on DynamoDB Local."""
    table = f"log-{uuid.uuid4().hex[:12]}"
    async with get_session().create_client(
        "dynamodb",
        region_name=endpoints.region,
        endpoint_url=endpoints.dynamodb,
        aws_access_key_id=endpoints.access_key_id,
        aws_secret_access_key=endpoints.secret_access_key,
    ) as client:
        await client.create_table(**build_table_spec(table))

        def build(**settings: Any) -> EventLog:
            chosen = LogSettings(**{"table": table, "max_skew_seconds": ANY_SKEW} | settings)
            return DynamoEventLog(client, chosen, clock)

        yield World(clock, build, client, table)
        await client.delete_table(TableName=table)
