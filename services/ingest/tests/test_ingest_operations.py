"""Each operation of the registry says the same in both of CloudTrail's encodings."""

import copy
from typing import Any

import pytest

from ami_lineage_contracts.events.registry import read_payload
from ingest.domain.normaliser import normalise
from ingest.domain.registry import OPERATIONS

Json = dict[str, Any]
IMAGE, OTHER_IMAGE = "ami-0a1b2c3d4e5f60718", "ami-0ffffffffffffff01"
INSTANCE, SNAPSHOT, VOLUME = "i-0a1b2c3d4e5f60718", "snap-0a1b2c3d4e5f60718", "vol-0a1b2c3d4e5f60718"
ACCOUNT = "012345678901"
PLACE = "aws/eu-west-1"


def build_record(operation: str, request: Json | None, response: Json | None, **other: Any) -> Json:
    return {
        "eventVersion": "1.11",
        "eventID": "00000000-0000-4000-8000-000000000001",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": operation,
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ann"},
        "requestParameters": request,
        "responseElements": response,
        "readOnly": False,
        **other,
    }


def items(*entries: Json) -> Json:
    return {"items": list(entries)}


def tagged(**tags: str) -> Json:
    return items(*({"key": key, "value": value} for key, value in tags.items()))


def specify(kind: str, **tags: str) -> Json:
    entry = {
        "resourceType": kind,
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }
    return items({"resourceType": "network-interface", "tags": [{"key": "no", "value": "x"}]}, entry)


def change(state: str) -> Json:
    return items(
        {
            "instanceId": INSTANCE,
            "currentState": {"code": 64, "name": state},
            "previousState": {"code": 16, "name": "running"},
        }
    )


NAMES = {
    "tagSet": "Tag",
    "tags": "Tag",
    "tagSpecificationSet": "TagSpecification",
    "zone": "AvailabilityZone",
}
MEMBERS = {"resourcesSet": ("ResourceId", "resourceId"), "instancesSet": ("InstanceId", "instanceId")}


def wrap_request(operation: str, value: Any) -> Any:
    """What the other encoding makes of a request (AWS_FACTS 2.2)."""
    if isinstance(value, list):
        entries = [
            {**wrap_request(operation, entry), "tag": number}
            if isinstance(entry, dict)
            else {"tag": number, "content": entry}
            for number, entry in enumerate(value, start=1)
        ]
        return entries[0] if len(entries) == 1 else entries
    if not isinstance(value, dict):
        return typed(value)
    wrapped: Json = {}
    for key, entry in value.items():
        if key == "instancesSet" and operation == "RunInstances":
            wrapped |= wrap_request(operation, entry["items"][0])
        elif key in MEMBERS:
            name, member = MEMBERS[key]
            wrapped[name] = wrap_request(operation, [each[member] for each in entry["items"]])
        else:
            inner = entry["items"] if isinstance(entry, dict) and "items" in entry else entry
            wrapped[NAMES.get(key, key[0].upper() + key[1:])] = wrap_request(operation, inner)
    return wrapped


def wrap_response(value: Any) -> Any:
    if isinstance(value, dict) and "items" in value:
        entries = [wrap_response(entry) for entry in value["items"]]
        return {"item": entries[0] if len(entries) == 1 else entries}
    if isinstance(value, dict):
        return {key: wrap_response(entry) for key, entry in value.items()} or ""
    return typed(value)


def typed(value: Any) -> Any:
    """Text that looks like a boolean or a number loses its quotes."""
    if not isinstance(value, str):
        return value
    number = int(value) if value.isdigit() and (value == "0" or value[0] != "0") else value
    return {"true": True, "false": False}.get(value, number)


def wrap(record: Json) -> Json:
    wrapped, operation = copy.deepcopy(record), record["eventName"]
    if record["requestParameters"] is not None:
        wrapped["requestParameters"] = {
            f"{operation}Request": wrap_request(operation, record["requestParameters"])
        }
    if record["responseElements"] is not None:
        wrapped["responseElements"] = {
            f"{operation}Response": {"xmlns": "x", **(wrap_response(record["responseElements"]) or {})}
        }
    return wrapped


# Operation: request, response, and for each event its type, stream and some of its data.
CASES: dict[str, tuple[Json, Json, list[tuple[str, str, Json]]]] = {
    "CreateImage": (
        {
            "instanceId": INSTANCE,
            "name": "golden 1",
            "noReboot": "true",
            "blockDeviceMapping": items({"deviceName": "/dev/xvda", "ebs": {"volumeSize": "8"}}),
            "tagSpecificationSet": specify("image", team="web", number="007", flag="true"),
        },
        {"imageId": IMAGE},
        [
            (
                "image.created",
                f"image/{PLACE}/{IMAGE}",
                {
                    "source_instance_id": INSTANCE,
                    "owner_account_id": ACCOUNT,
                    "name": "golden 1",
                    "no_reboot": True,
                    "incomplete": False,
                },
            )
        ],
    ),
    "CopyImage": (
        {"sourceRegion": "us-east-1", "sourceImageId": OTHER_IMAGE, "name": "g", "encrypted": True},
        {"imageId": IMAGE},
        [
            (
                "image.copied",
                f"image/{PLACE}/{IMAGE}",
                {"source_region": "us-east-1", "source_image_id": OTHER_IMAGE, "encrypted": True},
            )
        ],
    ),
    "RegisterImage": (
        {
            "name": "r",
            "rootDeviceName": "/dev/xvda",
            "architecture": "x86_64",
            "blockDeviceMapping": items(
                {"deviceName": "/dev/xvda", "ebs": {"snapshotId": SNAPSHOT, "volumeSize": 8}},
                {"deviceName": "/dev/sdf", "ebs": {"snapshotId": "snap-0b", "deleteOnTermination": False}},
            ),
        },
        {"imageId": IMAGE},
        [
            (
                "image.registered",
                f"image/{PLACE}/{IMAGE}",
                {"root_device_name": "/dev/xvda", "architecture": "x86_64", "incomplete": False},
            ),
            (
                "snapshot.backed_image",
                f"snapshot/{PLACE}/{SNAPSHOT}",
                {"image_id": IMAGE, "device_name": "/dev/xvda"},
            ),
            (
                "snapshot.backed_image",
                f"snapshot/{PLACE}/snap-0b",
                {"image_id": IMAGE, "device_name": "/dev/sdf"},
            ),
        ],
    ),
    "DeregisterImage": (
        {"imageId": IMAGE, "deleteAssociatedSnapshots": True},
        {
            "_return": True,
            "deleteSnapshotResultSet": items(
                {"snapshotId": SNAPSHOT, "returnCode": "success"},
                {"snapshotId": "snap-0b", "returnCode": "skipped"},
            ),
        },
        [
            ("image.deregistered", f"image/{PLACE}/{IMAGE}", {"deleted_snapshot_ids": (SNAPSHOT,)}),
            ("snapshot.deleted", f"snapshot/{PLACE}/{SNAPSHOT}", {}),
        ],
    ),
    "ModifyImageAttribute": (
        {
            "imageId": IMAGE,
            "attributeType": "launchPermission",
            "launchPermission": {
                "add": items({"userId": ACCOUNT}, {"group": "all"}),
                "remove": items({"organizationArn": "arn:aws:organizations::1:organization/o-1"}),
            },
        },
        {"_return": True},
        [
            (
                "image.launch_permission_changed",
                f"image/{PLACE}/{IMAGE}",
                {"incomplete": False, "reset": False},
            )
        ],
    ),
    "ResetImageAttribute": (
        {"imageId": IMAGE, "attributeType": "launchPermission"},
        {"_return": True},
        [("image.launch_permission_changed", f"image/{PLACE}/{IMAGE}", {"reset": True})],
    ),
    "CancelImageLaunchPermission": (
        {"imageId": IMAGE},
        {"return": True},
        [("image.launch_permission_changed", f"image/{PLACE}/{IMAGE}", {"reset": False})],
    ),
    "DisableImage": (
        {"imageId": IMAGE},
        {"return": True},
        [("image.state_changed", f"image/{PLACE}/{IMAGE}", {"state": "disabled"})],
    ),
    "EnableImage": (
        {"imageId": IMAGE},
        {"return": True},
        [("image.state_changed", f"image/{PLACE}/{IMAGE}", {"state": "available"})],
    ),
    "CreateSnapshot": (
        {"volumeId": VOLUME, "description": "nightly"},
        {"snapshotId": SNAPSHOT, "volumeId": VOLUME, "ownerId": ACCOUNT, "volumeSize": "1", "tagSet": {}},
        [
            (
                "snapshot.created",
                f"snapshot/{PLACE}/{SNAPSHOT}",
                {
                    "operation": "create_snapshot",
                    "volume_id": VOLUME,
                    "owner_account_id": ACCOUNT,
                    "volume_size_gib": 1,
                },
            )
        ],
    ),
    "CreateSnapshots": (
        {"instanceSpecification": {"instanceId": INSTANCE, "excludeBootVolume": "true"}},
        {
            "snapshotSet": items(
                {"snapshotId": SNAPSHOT, "volumeId": VOLUME, "volumeSize": 8, "tagSet": tagged(a="b")},
                {"snapshotId": "snap-0b", "volumeId": "vol-0b", "volumeSize": 9, "tagSet": {}},
            )
        },
        [
            (
                "snapshot.created",
                f"snapshot/{PLACE}/{SNAPSHOT}",
                {
                    "operation": "create_snapshots",
                    "instance_id": INSTANCE,
                    "set_size": 2,
                    "boot_volume_excluded": True,
                    "tags": {"a": "b"},
                },
            ),
            ("snapshot.created", f"snapshot/{PLACE}/snap-0b", {"set_size": 2, "volume_id": "vol-0b"}),
        ],
    ),
    "CopySnapshot": (
        {"sourceRegion": "us-gov-west-1", "sourceSnapshotId": "snap-0b", "encrypted": "false"},
        {"snapshotId": SNAPSHOT},
        [
            (
                "snapshot.copied",
                f"snapshot/{PLACE}/{SNAPSHOT}",
                {"source_region": "us-gov-west-1", "source_snapshot_id": "snap-0b", "encrypted": False},
            )
        ],
    ),
    "DeleteSnapshot": (
        {"snapshotId": SNAPSHOT},
        {"_return": True},
        [("snapshot.deleted", f"snapshot/{PLACE}/{SNAPSHOT}", {})],
    ),
    "CreateVolume": (
        {"size": "1", "zone": "eu-west-1a", "snapshotId": SNAPSHOT},
        {"volumeId": VOLUME, "size": "1", "zone": "eu-west-1a", "tagSet": tagged(Name="w")},
        [
            (
                "volume.created",
                f"volume/{PLACE}/{VOLUME}",
                {
                    "snapshot_id": SNAPSHOT,
                    "size_gib": 1,
                    "availability_zone": "eu-west-1a",
                    "tags": {"Name": "w"},
                    "incomplete": False,
                },
            )
        ],
    ),
    "DeleteVolume": (
        {"volumeId": VOLUME},
        {"_return": True},
        [("volume.deleted", f"volume/{PLACE}/{VOLUME}", {})],
    ),
    "AttachVolume": (
        {"volumeId": VOLUME, "instanceId": INSTANCE, "device": "/dev/xvda"},
        {"volumeId": VOLUME, "instanceId": INSTANCE, "device": "/dev/xvda", "attachTime": 1763899200083},
        [
            (
                "volume.attached",
                f"volume/{PLACE}/{VOLUME}",
                {"instance_id": INSTANCE, "device_name": "/dev/xvda"},
            ),
            (
                "instance.volume_attached",
                f"instance/{PLACE}/{INSTANCE}",
                {"volume_id": VOLUME, "device_name": "/dev/xvda"},
            ),
        ],
    ),
    "DetachVolume": (
        {"volumeId": VOLUME},
        {"volumeId": VOLUME, "instanceId": INSTANCE, "device": "/dev/xvda"},
        [
            (
                "volume.detached",
                f"volume/{PLACE}/{VOLUME}",
                {"instance_id": INSTANCE, "device_name": "/dev/xvda"},
            ),
            (
                "instance.volume_detached",
                f"instance/{PLACE}/{INSTANCE}",
                {"volume_id": VOLUME, "device_name": "/dev/xvda"},
            ),
        ],
    ),
    "RunInstances": (
        {"instancesSet": items({"imageId": OTHER_IMAGE, "minCount": 1}), "instanceType": "t3.micro"},
        {
            "reservationId": "r-1",
            "ownerId": ACCOUNT,
            "instancesSet": items(
                {
                    "instanceId": INSTANCE,
                    "imageId": IMAGE,
                    "instanceState": {"code": 0, "name": "pending"},
                    "launchTime": 1763899200000,
                    "placement": {"availabilityZone": "eu-west-1a"},
                    "rootDeviceName": "/dev/xvda",
                    "blockDeviceMapping": {},
                    "tagSet": items(
                        {"key": "aws:autoscaling:groupName", "value": "web"}, {"key": "build", "value": "12"}
                    ),
                }
            ),
        },
        [
            (
                "instance.launched",
                f"instance/{PLACE}/{INSTANCE}",
                {
                    "image_id": IMAGE,
                    "owner_account_id": ACCOUNT,
                    "auto_scaling_group": "web",
                    "availability_zone": "eu-west-1a",
                    "state": "pending",
                    "tags": {"aws:autoscaling:groupName": "web", "build": "12"},
                },
            )
        ],
    ),
    **{
        operation: (
            {"instancesSet": items({"instanceId": INSTANCE})},
            {"instancesSet": change(state)},
            [
                (
                    "instance.state_changed",
                    f"instance/{PLACE}/{INSTANCE}",
                    {"state": state, "previous_state": "running", "incomplete": False},
                )
            ],
        )
        for operation, state in (
            ("StartInstances", "pending"),
            ("StopInstances", "stopping"),
            ("TerminateInstances", "shutting-down"),
        )
    },
    "CreateTags": (
        {
            "resourcesSet": items({"resourceId": IMAGE}, {"resourceId": "sg-1"}, {"resourceId": VOLUME}),
            "tagSet": tagged(team="web", empty="", flag="true"),
        },
        {"_return": True},
        [
            (
                "image.tagged",
                f"image/{PLACE}/{IMAGE}",
                {"tags": {"team": "web", "empty": "", "flag": "true"}},
            ),
            (
                "volume.tagged",
                f"volume/{PLACE}/{VOLUME}",
                {"tags": {"team": "web", "empty": "", "flag": "true"}},
            ),
        ],
    ),
    "DeleteTags": (
        {
            "resourcesSet": items({"resourceId": INSTANCE}),
            "tagSet": items({"key": "team"}, {"key": "stage", "value": "test"}),
        },
        {"_return": True},
        [
            (
                "instance.untagged",
                f"instance/{PLACE}/{INSTANCE}",
                {"tags": {"team": None, "stage": "test"}},
            )
        ],
    ),
}


def test_every_operation_of_the_registry_has_a_case() -> None:
    assert set(CASES) == {operation.event_name for operation in OPERATIONS}


@pytest.mark.parametrize("encoding", ["lower camel", "wrapped"])
@pytest.mark.parametrize("operation", sorted(CASES))
def test_an_operation_gives_its_events_in_both_encodings(operation: str, encoding: str) -> None:
    request, response, expected = CASES[operation]
    record = build_record(operation, request, response)

    normalised = normalise(record if encoding == "lower camel" else wrap(record))

    assert normalised.rejected is None
    assert [(event.event_type, event.stream_id) for event in normalised.events] == [
        (event_type, stream_id) for event_type, stream_id, _ in expected
    ]
    for event, (_, _, data) in zip(normalised.events, expected, strict=True):
        payload = read_payload(event).model_dump()
        assert {name: payload[name] for name in data} == data


@pytest.mark.parametrize("operation", sorted(CASES))
def test_both_encodings_give_equal_events(operation: str) -> None:
    record = build_record(operation, *CASES[operation][:2])

    assert normalise(wrap(record)).events == normalise(record).events


@pytest.mark.parametrize("encoding", ["lower camel", "wrapped"])
@pytest.mark.parametrize("operation", sorted(CASES))
def test_a_failed_call_is_an_audit_fact_and_changes_nothing(operation: str, encoding: str) -> None:
    record = build_record(operation, CASES[operation][0], None, errorCode="Client.UnauthorizedOperation")

    events = normalise(record if encoding == "lower camel" else wrap(record)).events

    assert events
    assert {event.event_type.partition(".")[2] for event in events} == {"operation_denied"}
    assert all(event.data["operation"] == operation for event in events)


@pytest.mark.parametrize("operation", sorted(CASES))
@pytest.mark.parametrize("absent", [None, {}, {"omitted": True}, "", "<omitted>", [], 7])
def test_an_omitted_section_never_invents_and_never_crashes(operation: str, absent: Any) -> None:
    request, response, _ = CASES[operation]

    for record in (
        build_record(operation, absent, absent),
        build_record(operation, absent, response),
        build_record(operation, request, absent),
    ):
        normalised = normalise(record)
        assert normalised.events or normalised.rejected or normalised.ignored
    assert not normalise(build_record(operation, absent, absent)).events


def test_a_hollow_request_makes_the_event_incomplete() -> None:
    for operation in ("CreateImage", "CopyImage", "RegisterImage", "CopySnapshot", "CreateVolume"):
        (event, *_) = normalise(build_record(operation, None, CASES[operation][1])).events
        assert event.data["incomplete"] is True, operation


def test_a_volume_is_blank_only_when_the_request_is_there_and_names_no_snapshot() -> None:
    blank = build_record("CreateVolume", {"size": "1"}, {"volumeId": VOLUME})
    unreadable = build_record("CreateVolume", {"size": "1", "snapshotId": "?"}, {"volumeId": VOLUME})

    assert "incomplete" not in normalise(blank).events[0].data
    assert normalise(unreadable).events[0].data["incomplete"] is True


def test_a_stop_without_its_response_still_names_the_instances() -> None:
    record = build_record("StopInstances", {"instancesSet": items({"instanceId": INSTANCE})}, None)

    (event,) = normalise(record).events

    assert event.data == {"incomplete": True, "state": "stopping"}


def test_a_description_is_an_attribute_and_no_sharing() -> None:
    record = build_record("ModifyImageAttribute", {"imageId": IMAGE, "description": {"value": "new"}}, {})

    for each in (record, wrap(record)):
        (event,) = normalise(each).events
        assert event.event_type == "image.attribute_changed"
        assert event.data == {"attribute": "description", "value": "new"}


def test_the_older_form_of_sharing_is_understood() -> None:
    request = {
        "imageId": IMAGE,
        "attribute": "launchPermission",
        "operationType": "remove",
        "userIdsSet": items({"userId": ACCOUNT}),
    }

    (event,) = normalise(build_record("ModifyImageAttribute", request, {})).events

    assert event.data == {"removed": [{"kind": "account", "value": ACCOUNT}]}


def test_the_source_of_a_denied_copy_is_named_in_its_own_region() -> None:
    record = build_record("CopyImage", CASES["CopyImage"][0], None, errorCode="Client.DryRunOperation")

    (event,) = normalise(record).events

    assert event.stream_id == f"image/aws/us-east-1/{OTHER_IMAGE}"
    assert event.data["dry_run"] is True
