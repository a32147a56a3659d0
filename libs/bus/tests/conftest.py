"""The queue and the publisher, in memory and on the real servers: one set of promises for both."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import stamina

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.topology import Topology
from bus import (
    EventBridgePublisher,
    EventPublisher,
    InMemoryPublisher,
    InMemoryQueue,
    MessageQueue,
    PlatformSession,
    PlatformSettings,
    SqsQueue,
)

BOTH = ("memory", pytest.param("real", marks=pytest.mark.servers))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _without_waits() -> Any:
    """Retries are tried at once; their number stays."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
def build_event() -> Callable[..., EventEnvelope]:
    def build(number: int = 1, data: dict[str, Any] | None = None) -> EventEnvelope:
        stream_id = f"image/aws/us-east-1/ami-{number}"
        return EventEnvelope(
            event_id=build_event_id(f"record-{number}", "image.tagged", stream_id),
            event_type="image.tagged",
            stream_id=stream_id,
            occurred_at=NOW,
            recorded_at=NOW,
            producer="ingest",
            source=EventSource(kind="cloudtrail", record_id=f"record-{number}"),
            correlation_id="c-1",
            data=data or {"tags": {"number": str(number)}},
        )

    return build


@dataclass
class QueueCase:
    """A queue, and a look at its dead letters: bodies with their attributes."""

    queue: MessageQueue
    read_dead_letters: Callable[[], Awaitable[list[tuple[str, dict[str, str]]]]]


@dataclass
class PublisherCase:
    """A publisher, and a look at what it published: detail types with details."""

    publisher: EventPublisher
    read_published: Callable[[int], Awaitable[list[tuple[str, dict[str, Any]]]]]


@pytest.fixture
def session(request: pytest.FixtureRequest) -> PlatformSession:
    """Of the local servers."""
    endpoints = request.getfixturevalue("endpoints")
    return PlatformSession(
        PlatformSettings(
            region=endpoints.region,
            access_key_id=endpoints.access_key_id,
            secret_access_key=endpoints.secret_access_key,
            dynamodb_endpoint=endpoints.dynamodb,
            events_endpoint=endpoints.events,
            sqs_endpoint=endpoints.sqs,
        )
    )


async def _drain(queue: SqsQueue, most: int) -> list[Any]:
    found: list[Any] = []
    while batch := await queue.receive(1):
        found += batch
        await queue.delete(batch)
        if len(found) >= most:
            break
    return found


@pytest.fixture(params=BOTH)
async def queue_case(request: pytest.FixtureRequest) -> AsyncIterator[QueueCase]:
    if request.param == "memory":
        memory = InMemoryQueue()

        async def look() -> list[tuple[str, dict[str, str]]]:
            return [(one.body, one.attributes) for one in memory.dead_letters]

        yield QueueCase(memory, look)
        return
    session: PlatformSession = request.getfixturevalue("session")
    topology: Topology = request.getfixturevalue("declared_topology")
    async with session.client("sqs") as client:
        declared = topology.observe_queue
        letters = SqsQueue(client, declared.model_copy(update={"name": declared.dead_letter_name}))

        async def receive() -> list[tuple[str, dict[str, str]]]:
            return [(one.body, dict(one.attributes)) for one in await _drain(letters, 10)]

        yield QueueCase(SqsQueue(client, declared), receive)


@pytest.fixture(params=BOTH)
async def publisher_case(request: pytest.FixtureRequest) -> AsyncIterator[PublisherCase]:
    if request.param == "memory":
        memory = InMemoryPublisher()

        async def look(_count: int) -> list[tuple[str, dict[str, Any]]]:
            return [(event.event_type, json.loads(event.model_dump_json())) for event in memory.events] + [
                (hint_type, json.loads(hint.model_dump_json())) for hint_type, hint in memory.hints
            ]

        yield PublisherCase(memory, look)
        return
    session: PlatformSession = request.getfixturevalue("session")
    topology: Topology = request.getfixturevalue("declared_topology")
    async with session.client("events") as events, session.client("sqs") as sqs:
        target = SqsQueue(sqs, topology.graph_writer_queue)

        async def receive(count: int) -> list[tuple[str, dict[str, Any]]]:
            bodies = [json.loads(one.body) for one in await _drain(target, count)]
            return [(body["detail-type"], body["detail"]) for body in bodies]

        yield PublisherCase(EventBridgePublisher(events, topology.recorded_bus), receive)
