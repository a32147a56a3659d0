"""EventBridge events of EC2, EBS and Auto Scaling, each in the shape that AWS documents."""

import json
from typing import Any

import pytest

from ami_lineage_contracts.events.registry import read_payload
from ingest.domain.normaliser import normalise
from ingest.domain.notifications.reading import KNOWN_UNCONCERNED, NOTICES

Json = dict[str, Any]
ACCOUNT = "012345678901"


def build_event(detail_type: str, detail: Json, source: str = "aws.ec2", **other: Any) -> Json:
    return {
        "version": "0",
        "id": "7bf73129",
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": "2026-11-23T12:00:00Z",
        "region": "us-west-2",
        "resources": [],
        "detail": detail,
        **other,
    }


def build_snapshot_event(event: str, source: str | None, **other: Any) -> Json:
    detail = {
        "event": event,
        "result": "succeeded",
        "cause": "",
        "snapshot_id": "arn:aws:ec2::us-west-2:snapshot/snap-01234567",
        "source": source,
    }
    return build_event("EBS Snapshot Notification", detail | other)


IMAGE = build_event(
    "EC2 AMI State Change", {"ImageId": "ami-0abc", "State": "failed", "ErrorMessage": "no space"}
)
INSTANCE = build_event(
    "EC2 Instance State-change Notification", {"instance-id": "i-0abc", "state": "running"}
)
CREATE = build_snapshot_event("createSnapshot", "arn:aws:ec2::us-west-2:volume/vol-01234567")
COPY = build_snapshot_event("copySnapshot", "arn:aws:ec2:eu-west-1::snapshot/snap-76543210")
FAILED = build_snapshot_event(
    "copySnapshot", "arn:aws:ec2::eu-west-1:snapshot/snap-76543210", result="failed", cause="not valid"
)
SHARE = build_snapshot_event("shareSnapshot", "111122223333")
SEVERAL = build_event(
    "EBS Multi-Volume Snapshots Completion Status",
    {
        "event": "createSnapshots",
        "result": "failed",
        "cause": "Snapshot snap-01234568 is in status error",
        "snapshots": [
            {
                "snapshot_id": "arn:aws:ec2::us-west-2:snapshot/snap-01234567",
                "source": "arn:aws:ec2::us-west-2:volume/vol-01234567",
                "status": "completed",
            },
            {
                "snapshot_id": "arn:aws:ec2::us-west-2:snapshot/snap-01234568",
                "source": "arn:aws:ec2::us-west-2:volume/vol-01234568",
                "status": "error",
            },
        ],
    },
)
DELETED = build_event(
    "EBS Volume Notification",
    {"event": "deleteVolume", "result": "deleted", "cause": ""},
    resources=["arn:aws:ec2:us-west-2:012345678901:volume/vol-01234567"],
)
JOINED = build_event(
    "EC2 Instance Launch Successful",
    {"AutoScalingGroupName": "web", "EC2InstanceId": "i-0abc", "StatusCode": "InProgress"},
    source="aws.autoscaling",
)
LEFT = build_event(
    "EC2 Instance Terminate Successful",
    {"AutoScalingGroupName": "web", "EC2InstanceId": "i-0abc"},
    source="aws.autoscaling",
)
CASES: list[tuple[Json, list[tuple[str, str, Json]]]] = [
    (
        IMAGE,
        [("image.state_changed", "image/aws/us-west-2/ami-0abc", {"state": "failed", "reason": "no space"})],
    ),
    (INSTANCE, [("instance.state_changed", "instance/aws/us-west-2/i-0abc", {"state": "running"})]),
    (
        CREATE,
        [
            (
                "snapshot.completed",
                "snapshot/aws/us-west-2/snap-01234567",
                {"operation": "create_snapshot", "succeeded": True, "source_volume_id": "vol-01234567"},
            )
        ],
    ),
    (
        COPY,
        [
            (
                "snapshot.completed",
                "snapshot/aws/us-west-2/snap-01234567",
                {
                    "operation": "copy_snapshot",
                    "succeeded": True,
                    "source_snapshot_id": "snap-76543210",
                    "source_region": "eu-west-1",
                },
            )
        ],
    ),
    (
        FAILED,
        [
            (
                "snapshot.completed",
                "snapshot/aws/us-west-2/snap-01234567",
                {
                    "operation": "copy_snapshot",
                    "succeeded": False,
                    "source_snapshot_id": "snap-76543210",
                    "source_region": "eu-west-1",
                    "cause": "not valid",
                },
            )
        ],
    ),
    (
        SHARE,
        [
            (
                "snapshot.sharing_changed",
                "snapshot/aws/us-west-2/snap-01234567",
                {"added": [{"kind": "account", "value": ACCOUNT}]},
            )
        ],
    ),
    (
        SEVERAL,
        [
            (
                "snapshot.completed",
                f"snapshot/aws/us-west-2/snap-0123456{number}",
                {
                    "operation": "create_snapshots",
                    "succeeded": succeeded,
                    "source_volume_id": f"vol-0123456{number}",
                    "cause": "Snapshot snap-01234568 is in status error",
                },
            )
            for number, succeeded in ((7, True), (8, False))
        ],
    ),
    (DELETED, [("volume.deleted", "volume/aws/us-west-2/vol-01234567", {})]),
    (JOINED, [("instance.group_changed", "instance/aws/us-west-2/i-0abc", {"auto_scaling_group": "web"})]),
    (LEFT, [("instance.group_changed", "instance/aws/us-west-2/i-0abc", {})]),
]


@pytest.mark.parametrize(("event", "expected"), CASES)
def test_a_notification_is_recorded_under_its_id(event: Json, expected: list[tuple[str, str, Json]]) -> None:
    normalised = normalise(event)

    assert normalised.record_id == "7bf73129"
    assert [(each.event_type, each.stream_id, each.data) for each in normalised.events] == expected
    assert {each.source.kind for each in normalised.events} == {"eventbridge"}
    assert all(read_payload(each) for each in normalised.events)


def test_every_detail_type_that_is_understood_has_a_case() -> None:
    assert {(event["source"], event["detail-type"]) for event, _ in CASES} == {
        (notice.source, notice.detail_type) for notice in NOTICES
    }


@pytest.mark.parametrize(("event", "expected"), CASES)
@pytest.mark.parametrize("place", [("cn-north-1", "aws-cn"), ("us-gov-east-1", "aws-us-gov")])
def test_a_notification_stands_in_the_partition_of_its_region(
    event: Json, expected: list[tuple[str, str, Json]], place: tuple[str, str]
) -> None:
    region, partition = place
    moved = json.loads(json.dumps(event).replace("us-west-2", region))

    streams = {each.stream_id.rpartition("/")[0] for each in normalise(moved).events}

    assert streams == {f"{expected[0][1].split('/')[0]}/{partition}/{region}"}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (build_snapshot_event("archiveSnapshot", None), "EBS Snapshot Notification of archiveSnapshot"),
        (
            build_event("EBS Volume Notification", {"event": "createVolume", "result": "available"}),
            "EBS Volume Notification of createVolume",
        ),
        *(
            (build_event(detail_type, {}, source=source), f"{detail_type}: {reason}")
            for (source, detail_type), reason in KNOWN_UNCONCERNED.items()
        ),
        (build_event("EC2 Novelty", {}), "not understood yet: EC2 Novelty"),
        (build_event("x\u202e" * 9, {}), "not understood yet: an event with an odd detail-type"),
        (build_event("EC2 AMI State Change", {}, source="mine"), "not understood yet: EC2 AMI State Change"),
    ],
)
def test_what_tells_nothing_here_is_ignored_by_name(event: Json, reason: str) -> None:
    assert normalise(event).ignored == reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"time": "yyyy-mm-ddThh:mm:ssZ"}, "time is missing"),
        ({"region": None}, "region is missing"),
        ({"detail": {"event": "createSnapshot", "snapshot_id": "snap-1"}}, "names no resource"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_the_reason(changed: Json, reason: str) -> None:
    assert reason in (normalise(CREATE | changed).rejected or "")


def test_a_copy_whose_source_cannot_be_read_is_incomplete() -> None:
    (event,) = normalise(build_snapshot_event("copySnapshot", "arn:aws:ec2:::snapshot/snap-76543210")).events

    assert event.data["incomplete"] is True
