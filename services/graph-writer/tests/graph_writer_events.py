"""Events of a small organization, for tests: realistic ones, and arbitrary ones for properties."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.stream_ids import build_resource_stream

START: Final = datetime(2026, 3, 1, tzinfo=UTC)
PREFIXES: Final = {"image": "ami", "snapshot": "snap", "volume": "vol", "instance": "i"}


def stream(kind: str, number: int, region: str = "us-east-1") -> str:
    return build_resource_stream(kind, "aws", region, f"{PREFIXES[kind]}-{number:08x}")


def resource(kind: str, number: int) -> str:
    return f"{PREFIXES[kind]}-{number:08x}"


def event(stream_id: str, event_type: str, at: int, record: str | None = None, **data: Any) -> EventEnvelope:
    """An event of minute `at`; the same arguments give the same event."""
    record_id = record or f"record-{stream_id}-{event_type}-{at}"
    return EventEnvelope(
        event_id=build_event_id(record_id, event_type, stream_id),
        event_type=event_type,
        stream_id=stream_id,
        occurred_at=START + timedelta(minutes=at),
        recorded_at=START + timedelta(days=1, minutes=at),
        producer="test",
        source=EventSource(kind="cloudtrail", record_id=record_id),
        correlation_id=record_id,
        data=data,
    )


def registered_chain() -> list[EventEnvelope]:
    """Golden image 1 -> instance 1 -> snapshot 1 of its root -> image 2; image 3 a copy of 2; instance 2 runs 3."""
    return [
        event(stream("image", 1), "image.created", 0, name="golden"),
        event(
            stream("instance", 1),
            "instance.launched",
            10,
            image_id=resource("image", 1),
            root_device_name="/dev/xvda",
        ),
        event(
            stream("snapshot", 1),
            "snapshot.created",
            20,
            operation="create_snapshots",
            volume_id=resource("volume", 1),
            instance_id=resource("instance", 1),
            set_size=1,
        ),
        event(
            stream("image", 2),
            "image.registered",
            30,
            name="derived",
            root_device_name="/dev/xvda",
            block_devices=[{"device_name": "/dev/xvda", "snapshot_id": resource("snapshot", 1)}],
        ),
        event(
            stream("image", 3),
            "image.copied",
            40,
            source_region="us-east-1",
            source_image_id=resource("image", 2),
        ),
        event(stream("instance", 2), "instance.launched", 50, image_id=resource("image", 3)),
        event(stream("image", 3), "image.tagged", 60, tags={"team": "web"}),
    ]


_number = st.integers(1, 3)
_minute = st.integers(0, 200)
_device = st.sampled_from(["/dev/xvda", "/dev/xvdb"])


def _id(kind: str) -> st.SearchStrategy[str]:
    return _number.map(lambda number: resource(kind, number))


_PAYLOADS: Final[dict[str, st.SearchStrategy[dict[str, Any]]]] = {
    "image.created": st.fixed_dictionaries({"source_instance_id": _id("instance")}),
    "image.copied": st.fixed_dictionaries(
        {"source_region": st.just("us-east-1"), "source_image_id": _id("image")}
    ),
    "image.registered": st.fixed_dictionaries(
        {
            "root_device_name": st.just("/dev/xvda"),
            "block_devices": st.lists(
                st.fixed_dictionaries({"device_name": _device, "snapshot_id": _id("snapshot")}), max_size=2
            ),
        }
    ),
    "image.observed": st.fixed_dictionaries(
        {"state": st.just("available"), "source_image_id": st.none() | _id("image")}
    ),
    "image.state_changed": st.fixed_dictionaries({"state": st.sampled_from(["available", "failed"])}),
    "image.deregistered": st.just({}),
    "image.tagged": st.dictionaries(st.just("team"), st.sampled_from("ab"), min_size=1).map(
        lambda tags: {"tags": tags}
    ),
    "snapshot.created": st.fixed_dictionaries(
        {
            "operation": st.sampled_from(["create_snapshot", "create_snapshots"]),
            "volume_id": _id("volume"),
            "instance_id": st.none() | _id("instance"),
            "set_size": st.sampled_from([1, 2]),
        }
    ),
    "snapshot.copied": st.fixed_dictionaries(
        {"source_region": st.just("us-east-1"), "source_snapshot_id": _id("snapshot")}
    ),
    "snapshot.backed_image": st.fixed_dictionaries({"image_id": _id("image"), "device_name": _device}),
    "volume.created": st.fixed_dictionaries({"snapshot_id": st.none() | _id("snapshot")}),
    "volume.attached": st.fixed_dictionaries({"instance_id": _id("instance"), "device_name": _device}),
    "volume.detached": st.fixed_dictionaries({"instance_id": _id("instance"), "device_name": _device}),
    "volume.observed": st.fixed_dictionaries({"snapshot_id": st.none() | _id("snapshot")}),
    "instance.launched": st.fixed_dictionaries(
        {"image_id": _id("image"), "root_device_name": st.just("/dev/xvda")}
    ),
    "instance.volume_attached": st.fixed_dictionaries({"volume_id": _id("volume"), "device_name": _device}),
    "instance.volume_detached": st.fixed_dictionaries({"volume_id": _id("volume"), "device_name": _device}),
    "instance.state_changed": st.fixed_dictionaries({"state": st.sampled_from(["running", "terminated"])}),
    "instance.observed": st.fixed_dictionaries(
        {"image_id": _id("image"), "root_device_name": st.just("/dev/xvda"), "root_volume_id": _id("volume")}
    ),
}


@st.composite
def _events(draw: st.DrawFn) -> EventEnvelope:
    event_type = draw(st.sampled_from(sorted(_PAYLOADS)))
    data = draw(_PAYLOADS[event_type])
    return event(
        stream(event_type.partition(".")[0], draw(_number)),
        event_type,
        draw(_minute),
        f"record-{draw(st.integers(0, 10**6))}",
        **data,
    )


event_sets = st.lists(_events(), min_size=1, max_size=14, unique_by=lambda one: one.event_id)
"""Any events over three resources of each kind, contradictory ones included."""
