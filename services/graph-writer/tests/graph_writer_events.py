"""Events of a small organization, for tests: realistic ones, and arbitrary ones for properties."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from hypothesis import strategies as st

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.stream_ids import (
    NAMED_KINDS,
    build_resource_stream,
    import_task_stream,
    named_stream,
    stored_object_stream,
)

START: Final = datetime(2026, 3, 1, tzinfo=UTC)
PREFIXES: Final = {
    "image": "ami",
    "snapshot": "snap",
    "volume": "vol",
    "instance": "i",
    "launch-template": "lt",
    "import-task": "import-ami",
}
ACCOUNT: Final = "111122223333"


def stream(kind: str, number: int, region: str = "us-east-1") -> str:
    kind = kind.replace("_", "-")
    if kind in NAMED_KINDS:
        return named_stream(kind, "aws", region, ACCOUNT, f"name-{number}")
    if kind == "stored-object":
        return stored_object_stream("aws", "bucket", f"{resource('image', number)}.bin")
    if kind == "import-task":
        return import_task_stream("aws", region, resource(kind, number))
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


def wide_story() -> list[EventEnvelope]:
    """What joins streams by more than ids: a template by its name, a parameter, a description, ancestry, a watermark.

    Image 1 -> instance 1 -> image 2, which is stored and restored as image 3 with a watermark of image 9; its
    ancestry tells of image 7, of which nothing else is known; image 4 is registered from a described snapshot.
    Image 5 -> instance 2 -> image 2 has that watermark too, which contradicts its chain once image 1 is seen.
    """
    base = resource("image", 1)
    mark = {"key": "1:gold", "source_image_id": resource("image", 9), "source_region": "us-east-1"}
    ancestry = [
        {"image_id": resource("image", 3), "source_image_id": resource("image", 7)},
        {"image_id": resource("image", 7), "source_image_id": resource("image", 8)},
        {"image_id": resource("image", 8), "owner_alias": "amazon"},
    ]
    disk = {"device_name": "/dev/xvda", "snapshot_id": resource("snapshot", 4)}
    version = {"number": 1, "image": {"parameter": "name-1"}}
    launch = {"template": {"template_name": "base"}}
    described = f"Created by CreateImage({resource('instance', 1)}) for {resource('image', 2)}"
    return [
        event(stream("image", 1), "image.observed", 0, owner_alias="amazon"),
        event(stream("instance", 1), "instance.launched", 1, image_id=base),
        event(stream("image", 2), "image.created", 2, source_instance_id=resource("instance", 1)),
        event(
            stream("stored-object", 2),
            "stored_object.written",
            3,
            image_id=resource("image", 2),
            region="us-east-1",
        ),
        event(
            stream("image", 3),
            "image.restored",
            4,
            bucket="bucket",
            object_key=f"{resource('image', 2)}.bin",
        ),
        event(stream("image", 3), "image.observed", 20, watermarks=[mark], ancestry=ancestry),
        event(stream("instance", 2), "instance.launched", 8, image_id=resource("image", 2)),
        event(stream("image", 5), "image.created", 9, source_instance_id=resource("instance", 2)),
        event(stream("image", 5), "image.observed", 21, watermarks=[mark]),
        event(stream("snapshot", 4), "snapshot.observed", 20, description=described),
        event(stream("image", 4), "image.registered", 30, root_device_name="/dev/xvda", block_devices=[disk]),
        event(
            stream("launch-template", 1),
            "launch_template.created",
            5,
            owner_account_id=ACCOUNT,
            name="base",
            version=version,
        ),
        event(stream("parameter", 1), "parameter.observed", 6, image_id=base, version=1),
        event(stream("auto-scaling-group", 1), "auto_scaling_group.created", 7, launch=launch, max_size=2),
    ]


_number = st.integers(1, 3)
_minute = st.integers(0, 200)
_device = st.sampled_from(["/dev/xvda", "/dev/xvdb"])


_version = st.integers(1, 2)
_name = _number.map(lambda number: f"name-{number}")


def _id(kind: str) -> st.SearchStrategy[str]:
    return _number.map(lambda number: resource(kind, number))


_image_reference = st.one_of(
    _id("image").map(lambda image: {"image_id": image}),
    _name.map(lambda name: {"parameter": name}),
)
_template = st.one_of(
    st.fixed_dictionaries({"template_id": _id("launch-template"), "version": st.just("$Latest")}),
    st.fixed_dictionaries({"template_name": _name, "version": st.sampled_from(["1", "$Default"])}),
)
_launch = st.one_of(
    st.fixed_dictionaries({"template": _template}),
    st.fixed_dictionaries(
        {
            "template": _template,
            "overrides": st.lists(_image_reference.map(lambda image: {"image": image}), max_size=2),
        }
    ),
    _name.map(lambda name: {"configuration_name": name}),
)
_template_version = st.fixed_dictionaries({"number": _version, "image": st.none() | _image_reference})
_sources = st.lists(_id("snapshot").map(lambda one: {"snapshot_id": one}), max_size=1)
_description = st.one_of(
    st.builds(
        lambda instance, image: f"Created by CreateImage({instance}) for {image}",
        _id("instance"),
        _id("image"),
    ),
    st.builds(
        lambda new, old: f"Copied for DestinationAmi {new} from SourceAmi {old} for SourceSnapshot snap-0a",
        _id("image"),
        _id("image"),
    ),
)
_ancestry = st.lists(_number, min_size=2, max_size=4, unique=True).map(
    lambda chain: [
        *(
            {"image_id": resource("image", one), "source_image_id": resource("image", two)}
            for one, two in pairwise(chain)
        ),
        {"image_id": resource("image", chain[-1]), "owner_alias": "amazon"},
    ]
)
_watermark = _id("image").map(
    lambda image: {"key": "1:gold", "source_image_id": image, "source_region": "us-east-1"}
)

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
        {
            "state": st.just("available"),
            "source_image_id": st.none() | _id("image"),
            "ancestry": st.just([]) | _ancestry,
            "watermarks": st.lists(_watermark, max_size=1),
        }
    ),
    "image.restored": _id("image").map(lambda image: {"bucket": "bucket", "object_key": f"{image}.bin"}),
    "image.imported": st.fixed_dictionaries(
        {"import_task_id": st.none() | _id("import-task"), "sources": _sources}
    ),
    "image.disabled": st.just({}),
    "image.recovered": st.just({}),
    "snapshot.completed": st.fixed_dictionaries(
        {
            "operation": st.just("create_snapshot"),
            "succeeded": st.booleans(),
            "source_volume_id": _id("volume"),
        }
    ),
    "snapshot.imported": st.fixed_dictionaries({"import_task_id": _id("import-task")}),
    "snapshot.observed": st.fixed_dictionaries({"description": _description}),
    "instance.fleet_launched": st.fixed_dictionaries(
        {"operation": st.just("create_fleet"), "image": st.none() | _image_reference}
    ),
    "instance.root_volume_replaced": st.fixed_dictionaries(
        {"image_id": st.none() | _id("image"), "snapshot_id": st.none() | _id("snapshot")}
    ),
    "stored_object.written": st.fixed_dictionaries(
        {"image_id": _id("image"), "region": st.just("us-east-1")}
    ),
    "import_task.started": st.fixed_dictionaries({"operation": st.just("import_image"), "sources": _sources}),
    "launch_template.created": st.fixed_dictionaries(
        {"owner_account_id": st.just(ACCOUNT), "name": _name, "version": _template_version}
    ),
    "launch_template.version_created": st.fixed_dictionaries({"version": _template_version}),
    "launch_template.default_version_changed": st.fixed_dictionaries({"version": _version}),
    "launch_template.deleted": st.just({}),
    "launch_template.observed": st.fixed_dictionaries(
        {"owner_account_id": st.just(ACCOUNT), "name": _name, "default_version": _version}
    ),
    "auto_scaling_group.created": st.fixed_dictionaries(
        {"launch": _launch, "max_size": st.sampled_from([0, 2])}
    ),
    "auto_scaling_group.updated": st.fixed_dictionaries({"launch": st.none() | _launch}),
    "auto_scaling_group.deleted": st.just({}),
    "launch_configuration.created": st.fixed_dictionaries({"image": _image_reference}),
    "launch_configuration.deleted": st.just({}),
    "parameter.set": st.fixed_dictionaries({"version": _version, "incomplete": st.sampled_from([True])}),
    "parameter.observed": st.fixed_dictionaries({"image_id": _id("image"), "version": _version}),
    "parameter.deleted": st.just({}),
    "image_recipe.created": st.fixed_dictionaries({"image": _image_reference}),
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
def _events(draw: st.DrawFn, types: st.SearchStrategy[str]) -> EventEnvelope:
    event_type = draw(types)
    data = draw(_PAYLOADS[event_type])
    return event(
        stream(event_type.partition(".")[0], draw(_number)),
        event_type,
        draw(_minute),
        f"record-{draw(st.integers(0, 10**6))}",
        **data,
    )


def _sets(*beginnings: str) -> st.SearchStrategy[list[EventEnvelope]]:
    types = [each for each in sorted(_PAYLOADS) if each.startswith(beginnings)]
    return st.lists(
        _events(st.sampled_from(types)), min_size=1, max_size=14, unique_by=lambda one: one.event_id
    )


event_sets = st.one_of(
    _sets(""),
    _sets("image.", "snapshot.", "volume.", "instance."),
    _sets("image.restored", "image.imported", "image.observed", "snapshot.", "stored", "import"),
    _sets("launch", "auto", "parameter"),
)
"""Any events over three resources of each kind, contradictory ones included; dense ones where few kinds meet."""
