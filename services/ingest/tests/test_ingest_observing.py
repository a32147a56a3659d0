"""Observations record what differs, once, whatever is delivered twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ami_lineage_contracts.envelope import EventEnvelope, EventSource
from bus import Message, done, retry
from event_log import InMemoryEventLog, RecordEntry
from ingest.application.differences import DifferenceRecorder
from ingest.application.observing import Observer, Pace
from ingest.application.ports import ObserveRequest
from ingest.application.recording import Recorder
from ingest.errors import SourceUnavailableError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
INSTANCE, VOLUME, SNAPSHOT, IMAGE = "i-0a", "vol-0a", "snap-0a", "ami-0a"


class Cloud:
    """Stands for DescribeX of one Region."""

    def __init__(self) -> None:
        self.broken = False
        self.calls: list[tuple[str, str, tuple[str, ...]]] = []
        self.resources: dict[str, list[dict[str, Any]]] = {
            "instance": [
                {
                    "InstanceId": INSTANCE,
                    "ImageId": IMAGE,
                    "OwnerId": "111122223333",
                    "State": {"Name": "running"},
                    "RootDeviceName": "/dev/xvda",
                    "LaunchTime": datetime(2026, 11, 23, 12, tzinfo=UTC),
                    "BlockDeviceMappings": [
                        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": VOLUME, "Status": "attached"}}
                    ],
                }
            ],
            "image": [
                {
                    "ImageId": IMAGE,
                    "State": "available",
                    "Public": False,
                    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": SNAPSHOT}}],
                }
            ],
            "volume": [{"VolumeId": VOLUME, "SnapshotId": "", "State": "in-use"}],
            "snapshot": [],
        }

    async def describe(
        self, account_id: str | None, kind: str, region: str, resource_ids: Sequence[str]
    ) -> list[dict[str, Any]]:
        assert account_id == "111122223333"
        if self.broken:
            raise SourceUnavailableError("throttled")
        self.calls.append((kind, region, tuple(resource_ids)))
        return self.resources[kind]


class Bus:
    def __init__(self) -> None:
        self.events: list[EventEnvelope] = []

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        self.events.extend(events)

    async def publish_hint(self, hint_type: str, hint: object) -> None:
        raise AssertionError((hint_type, hint))


class Desk:
    def __init__(self) -> None:
        self.log, self.cloud, self.bus = InMemoryEventLog(), Cloud(), Bus()
        self.now = NOON
        self.observer = Observer(
            DifferenceRecorder(self.log, Recorder(self.log), lambda: self.now),
            self.bus,
            self.cloud,
            Pace(0.0),
        )

    async def look(self, *stream_ids: str) -> list[Any]:
        requests = [
            ObserveRequest(stream_id=f"{each.partition('/')[0]}/aws/us-east-1/{each.partition('/')[2]}",
                           account_id="111122223333", correlation_id="c")
            for each in stream_ids
        ]  # fmt: skip
        return await self.observer.handle(
            [
                Message(
                    id=str(number),
                    body=request.model_dump_json(),
                    receive_count=1,
                    sent_at=datetime(2026, 11, 23, tzinfo=UTC),
                )
                for number, request in enumerate(requests)
            ]
        )

    async def types(self) -> list[str]:
        return sorted([event.event_type async for event in self.log.scan()])


async def test_an_instance_tells_which_volume_is_its_root() -> None:
    desk = Desk()

    assert await desk.look(f"instance/{INSTANCE}") == [done()]

    (event,) = desk.bus.events
    assert event.event_type == "instance.observed"
    assert event.data["root_volume_id"] == VOLUME
    assert event.source.kind == "observation"


async def test_an_image_tells_which_snapshots_back_it() -> None:
    desk = Desk()

    await desk.look(f"image/{IMAGE}")

    assert await desk.types() == ["image.observed", "snapshot.backed_image"]


async def test_a_repeated_request_appends_nothing_until_something_differs() -> None:
    desk = Desk()

    await desk.look(f"volume/{VOLUME}", f"volume/{VOLUME}")
    await desk.look(f"volume/{VOLUME}")
    assert await desk.types() == ["volume.observed"]

    desk.cloud.resources["volume"][0]["State"] = "available"
    desk.now += timedelta(hours=1)
    await desk.look(f"volume/{VOLUME}")
    desk.cloud.resources["volume"][0]["State"] = "in-use"
    desk.now += timedelta(hours=1)
    await desk.look(f"volume/{VOLUME}")
    assert await desk.types() == ["volume.observed"] * 3


@pytest.mark.parametrize(
    ("answer", "snapshot_id", "incomplete"),
    [
        ({"SnapshotId": SNAPSHOT}, SNAPSHOT, False),
        ({"SnapshotId": ""}, None, False),
        ({"SnapshotId": "anything"}, None, True),
        ({}, None, True),
    ],
)
async def test_a_volume_began_blank_only_when_the_answer_says_so(
    answer: dict[str, str], snapshot_id: str | None, *, incomplete: bool
) -> None:
    desk = Desk()
    desk.cloud.resources["volume"] = [{"VolumeId": VOLUME, "State": "in-use", **answer}]

    await desk.look(f"volume/{VOLUME}")

    (event,) = desk.bus.events
    assert event.data.get("snapshot_id") == snapshot_id
    assert event.data.get("incomplete", False) is incomplete


async def test_requests_for_one_region_share_a_call() -> None:
    desk = Desk()

    await desk.look("volume/vol-0a", "volume/vol-0b", "image/ami-0a")

    assert desk.cloud.calls == [
        ("volume", "us-east-1", ("vol-0a", "vol-0b")),
        ("image", "us-east-1", ("ami-0a",)),
    ]


async def test_a_resource_that_cannot_be_seen_is_done_without_an_event() -> None:
    desk = Desk()

    assert await desk.look("snapshot/snap-0b") == [done()]

    assert await desk.types() == []


async def test_requests_wait_while_ec2_does_not_answer() -> None:
    desk = Desk()
    desk.cloud.broken = True

    assert await desk.look(f"volume/{VOLUME}") == [retry()]


async def test_a_malformed_request_is_dead_and_the_others_are_handled() -> None:
    desk = Desk()
    bad = Message(id="x", body="{}", receive_count=1, sent_at=datetime(2026, 1, 1, tzinfo=UTC))

    (outcome,) = await desk.observer.handle([bad])

    assert outcome not in (done(), retry())


async def tell(desk: Desk, event_type: str, at: datetime, **data: Any) -> None:
    event = EventEnvelope(
        event_id=uuid4(),
        event_type=event_type,
        stream_id=f"image/aws/us-east-1/{IMAGE}",
        occurred_at=at,
        recorded_at=at,
        producer="ingest",
        source=EventSource(kind="cloudtrail", record_id="r"),
        correlation_id="c",
        data=data,
    )
    await desk.log.append([RecordEntry(events=(event,))])


async def test_what_contradicts_an_event_is_recorded_though_the_last_look_said_the_same() -> None:
    desk = Desk()
    await desk.look(f"image/{IMAGE}")
    await tell(desk, "image.state_changed", NOON + timedelta(hours=1), state="disabled")
    desk.now += timedelta(hours=2)

    await desk.look(f"image/{IMAGE}")
    await desk.look(f"image/{IMAGE}")

    assert (await desk.types()).count("image.observed") == 2


async def test_what_an_event_told_since_the_last_look_is_no_difference() -> None:
    desk = Desk()
    await desk.look(f"image/{IMAGE}")
    await tell(desk, "image.tagged", NOON + timedelta(hours=1), tags={"a": "b"})
    desk.cloud.resources["image"][0]["Tags"] = [{"Key": "a", "Value": "b"}]
    desk.now += timedelta(hours=2)

    await desk.look(f"image/{IMAGE}")

    assert (await desk.types()).count("image.observed") == 1


async def test_a_look_too_soon_after_an_event_is_repeated_once_it_counts() -> None:
    desk = Desk()
    await desk.look(f"image/{IMAGE}")
    await tell(desk, "image.state_changed", NOON + timedelta(hours=1), state="disabled")
    desk.now = NOON + timedelta(hours=1, minutes=1)

    await desk.look(f"image/{IMAGE}")
    await desk.look(f"image/{IMAGE}")
    assert (await desk.types()).count("image.observed") == 2

    desk.now += timedelta(hours=1)
    await desk.look(f"image/{IMAGE}")
    await desk.look(f"image/{IMAGE}")
    assert (await desk.types()).count("image.observed") == 3


async def test_a_look_that_tells_less_takes_nothing_back() -> None:
    desk = Desk()
    desk.cloud.resources["image"][0]["LaunchPermissions"] = [{"UserId": "444455556666"}]
    await desk.look(f"image/{IMAGE}")
    del desk.cloud.resources["image"][0]["LaunchPermissions"]
    desk.now += timedelta(hours=2)

    await desk.look(f"image/{IMAGE}")

    assert (await desk.types()).count("image.observed") == 1


async def test_the_end_of_a_deprecation_is_a_difference() -> None:
    desk = Desk()
    desk.cloud.resources["image"][0]["DeprecationTime"] = "2027-01-01T00:00:00.000Z"
    await desk.look(f"image/{IMAGE}")
    del desk.cloud.resources["image"][0]["DeprecationTime"]
    desk.now += timedelta(hours=2)

    await desk.look(f"image/{IMAGE}")

    assert (await desk.types()).count("image.observed") == 2
