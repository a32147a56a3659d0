"""The central queue: what is not believed or not understood goes aside with its reason, the rest is never lost."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ami_lineage_contracts.envelope import EventEnvelope
from bus import Message, TransientBusError, dead, done, retry
from event_log import AppendOutcome, ClockSkewError, InMemoryEventLog, RecordEntry
from ingest.application.consuming import CentralQueueHandler
from ingest.application.coverage import SCAN_COMPLETED, HourlyCoverage
from ingest.application.ports import ObserveRequest
from ingest.application.recording import Recorder

ACCOUNT = "111122223333"


class Published:
    """Stands for the recorded bus; `broken` makes it refuse."""

    def __init__(self) -> None:
        self.events: list[EventEnvelope] = []
        self.broken = False

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        if self.broken:
            raise TransientBusError("no bus")
        self.events.extend(events)

    async def publish_hint(self, hint_type: str, hint: object) -> None:
        raise AssertionError((hint_type, hint))


class Requests:
    def __init__(self) -> None:
        self.requests: list[ObserveRequest] = []

    async def put(self, requests: Sequence[ObserveRequest]) -> None:
        self.requests.extend(requests)


def envelope(number: int = 1, **record: Any) -> dict[str, Any]:
    detail = {
        "eventID": f"e-{number}",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RegisterImage",
        "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT,
        "requestParameters": {
            "blockDeviceMapping": {"items": [{"deviceName": "/dev/xvda", "ebs": {"snapshotId": "snap-0a"}}]}
        },
        "responseElements": {"imageId": f"ami-{number:08x}"},
        **record,
    }
    return {
        "version": "0",
        "id": f"x-{number}",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "detail": detail,
    }


def message(body: object) -> Message:
    return Message(
        id="m",
        body=body if isinstance(body, str) else json.dumps(body),
        receive_count=1,
        sent_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


class Desk:
    def __init__(self, log: Any = None, members: frozenset[str] = frozenset()) -> None:
        self.log = log or InMemoryEventLog()
        self.published = Published()
        self.requests = Requests()
        self.handler = CentralQueueHandler(
            Recorder(self.log, attempts=1), self.published, members, self.requests, lambda *_: None
        )

    async def handle(self, *bodies: object) -> list[Any]:
        return await self.handler.handle([message(body) for body in bodies])

    async def events(self) -> list[EventEnvelope]:
        return [event async for event in self.log.scan() if event.event_type != SCAN_COMPLETED]

    async def coverage(self) -> list[EventEnvelope]:
        return [event async for event in self.log.scan() if event.event_type == SCAN_COMPLETED]


async def test_a_record_is_appended_published_and_done() -> None:
    desk = Desk()

    assert await desk.handle(envelope()) == [done()]

    assert {event.event_id for event in desk.published.events} == {
        event.event_id for event in await desk.events()
    }
    assert {request.stream_id for request in desk.requests.requests} == {
        "image/aws/us-east-1/ami-00000001",
        "snapshot/aws/us-east-1/snap-0a",
    }


async def test_a_redelivered_record_doubles_nothing_and_is_published_again() -> None:
    desk = Desk()

    await desk.handle(envelope())
    await desk.handle(envelope())

    assert len(await desk.events()) == 2
    assert len(desk.published.events) == 4


async def test_coverage_is_stated_once_for_each_account_region_and_hour() -> None:
    desk = Desk()

    await desk.handle(envelope(eventID="1"), envelope(eventID="2", eventTime="2026-11-23T12:59:59Z"))
    await desk.handle(envelope(eventID="3", eventTime="2026-11-23T13:00:00Z"))
    await Desk(desk.log).handle(envelope(eventID="4", eventTime="2026-11-23T13:10:00Z"))

    covered = [event.data["covers_to"] for event in await desk.coverage()]
    assert sorted(covered) == ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"]
    assert {event.stream_id for event in await desk.coverage()} == {f"coverage/{ACCOUNT}/us-east-1"}
    assert all(event.event_type != SCAN_COMPLETED for event in desk.published.events)


def test_an_hour_that_was_stated_is_not_appended_again() -> None:
    coverage = HourlyCoverage("live")
    moments = [(ACCOUNT, "us-east-1", datetime(2026, 11, 23, 12, minute, tzinfo=UTC)) for minute in (0, 59)]

    hours = coverage.list_new_hours(moments)
    coverage.keep(hours)

    assert len(hours) == 1
    assert coverage.list_new_hours(moments) == []


async def test_a_message_stays_until_its_events_are_published() -> None:
    desk = Desk()
    desk.published.broken = True

    assert await desk.handle(envelope()) == [retry()]

    desk.published.broken = False
    assert await desk.handle(envelope()) == [done()]
    assert len(desk.published.events) == 2


async def test_poison_goes_to_the_dead_letters_with_its_reason_and_the_others_are_handled() -> None:
    desk = Desk(members=frozenset({ACCOUNT}))
    foreign = envelope(recipientAccountId="444455556666")
    stranger = {**envelope(recipientAccountId="444455556666"), "account": "444455556666"}

    outcomes = await desk.handle(
        "not json",
        "7",
        {"detail": "text"},
        {**envelope(), "source": "ami-lineage"},
        {key: value for key, value in envelope().items() if key != "account"},
        foreign,
        stranger,
        envelope(eventTime="?"),
        envelope(2),
    )

    assert outcomes[-1] == done()
    assert all(outcome not in (done(), retry()) for outcome in outcomes[:-1])
    assert len(await desk.events()) == 2
    assert outcomes[7] == dead("eventTime is missing or is no time")


async def test_what_is_of_no_concern_is_done_without_a_trace() -> None:
    desk = Desk()

    assert await desk.handle(envelope(eventSource="s3.amazonaws.com")) == [done()]

    assert await desk.events() == []


class SkewedLog(InMemoryEventLog):
    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        assert entries
        raise ClockSkewError(40)


async def test_a_wrong_clock_makes_messages_wait_and_never_die() -> None:
    desk = Desk(SkewedLog())

    assert await desk.handle(envelope(), "not json") == [retry(), (await Desk().handle("not json"))[0]]
