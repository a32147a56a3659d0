"""What only a Describe call can tell closes a gap that CloudTrail leaves (AWS_FACTS 0.19), and becomes an event."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from delivery import put_on_central_bus
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

ACCOUNT = "123456789012"
REGION = "us-east-1"


def build_record(name: str, request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/ada",
            "accountId": ACCOUNT,
        },
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.1",
        "requestParameters": request,
        "responseElements": response,
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "readOnly": False,
        "recipientAccountId": ACCOUNT,
    }


def test_a_bare_snapshot_of_a_root_volume_is_tied_to_its_instance_by_observation(
    tmp_path: Path, start_platform: Callable[..., Platform]
) -> None:
    platform = start_platform(
        tmp_path / "data", variables={"AMI_LINEAGE_OBSERVE": "1", "AMI_LINEAGE_OBSERVE_DELAY_SECONDS": "1"}
    )
    ec2 = boto3.client(
        "ec2",
        endpoint_url=platform.endpoints["ec2"],
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
    )
    source = ec2.register_image(Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    instance = ec2.run_instances(ImageId=source, MinCount=1, MaxCount=1)["Instances"][0]
    launched = build_record(
        "RunInstances",
        {"instancesSet": {"items": [{"imageId": source}]}},
        {
            "instancesSet": {
                "items": [
                    {
                        "instanceId": instance["InstanceId"],
                        "imageId": source,
                        "rootDeviceName": instance["RootDeviceName"],
                        "blockDeviceMapping": {},
                    }
                ]
            }
        },
    )
    described = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])
    devices = described["Reservations"][0]["Instances"][0]["BlockDeviceMappings"]
    volume = devices[0]["Ebs"]["VolumeId"]
    put_on_central_bus(platform, [launched])
    instance_stream = f"instance/aws/{REGION}/{instance['InstanceId']}"
    wait_until(lambda: has_vertex(platform, source), 60, "the launch in the graph")

    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    mapping = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot}}
    image = ec2.register_image(Name="surrogate", RootDeviceName="/dev/sda1", BlockDeviceMappings=[mapping])[
        "ImageId"
    ]
    put_on_central_bus(
        platform,
        [
            build_record(
                "CreateSnapshot", {"volumeId": volume}, {"snapshotId": snapshot, "volumeId": volume}
            ),
            build_record(
                "RegisterImage",
                {
                    "name": "surrogate",
                    "rootDeviceName": "/dev/sda1",
                    "blockDeviceMapping": {
                        "items": [{"deviceName": "/dev/sda1", "ebs": {"snapshotId": snapshot}}]
                    },
                },
                {"imageId": image},
            ),
        ],
    )

    def find_parent() -> dict[str, Any] | None:
        if not has_vertex(platform, image):
            return None
        edges = platform.get(f"/api/v1/ami/{image}/lineage", direction="ancestors")["edges"]
        return next((edge for edge in edges if edge["kind"] == "DERIVED_FROM"), None)

    parent = wait_until(find_parent, 90, f"the parent of {image} by way of {instance_stream}")
    assert parent["target"] == f"image/aws/{REGION}/{source}"
    assert (parent["method"], parent["confidence"]) == ("register_snapshot", "reconstructed")
    live = platform.verify()
    platform.cli("rebuild")
    assert platform.verify()["digest"] == live["digest"]
    platform.stop()


def has_vertex(platform: Platform, image_id: str) -> bool:
    return platform.request("GET", f"/api/v1/ami/{image_id}/lineage").is_success
