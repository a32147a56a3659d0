"""What single operations make of what they are given: references, hollow answers, partial refusals."""

from typing import Any

import pytest

from ami_lineage_contracts.envelope import EventEnvelope
from ingest.domain.normaliser import normalise

Json = dict[str, Any]
EC2, AUTO_SCALING, SSM = "ec2.amazonaws.com", "autoscaling.amazonaws.com", "ssm.amazonaws.com"
IMAGE, OTHER_IMAGE = "ami-0a1b2c3d4e5f60718", "ami-0ffffffffffffff01"
INSTANCE, SNAPSHOT, VOLUME = "i-0a1b2c3d4e5f60718", "snap-0a1b2c3d4e5f60718", "vol-0a1b2c3d4e5f60718"
TEMPLATE = "lt-0a1b2c3d4e5f60718"
ACCOUNT = "012345678901"


def build_record(
    operation: str, request: Json | None, response: Json | None, source: str = EC2, **other: Any
) -> Json:
    return {
        "eventVersion": "1.11",
        "eventID": "00000000-0000-4000-8000-000000000001",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": source,
        "eventName": operation,
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "requestParameters": request,
        "responseElements": response,
        **other,
    }


def read(*arguments: Any, **other: Any) -> EventEnvelope:
    (event,) = normalise(build_record(*arguments, **other)).events
    return event


def items(*entries: Any) -> Json:
    return {"items": list(entries)}


@pytest.mark.parametrize(
    ("operation", "request_parameters", "response"),
    [
        ("CreateImage", None, {"imageId": IMAGE}),
        ("CopyImage", {"sourceImageId": OTHER_IMAGE}, {"imageId": IMAGE}),
        ("RegisterImage", None, {"imageId": IMAGE}),
        ("CreateRestoreImageTask", {"bucket": "b"}, {"imageId": IMAGE}),
        ("CopySnapshot", None, {"snapshotId": SNAPSHOT}),
        ("CreateVolume", None, {"volumeId": VOLUME}),
        ("CreateVolume", {"size": "1", "snapshotId": "?"}, {"volumeId": VOLUME}),
        ("CreateReplaceRootVolumeTask", None, {"replaceRootVolumeTask": {"instanceId": INSTANCE}}),
        ("CreateReplaceRootVolumeTask", {"instanceId": INSTANCE, "imageId": "?"}, None),
        ("CreateStoreImageTask", {"imageId": IMAGE}, None),
        ("EnableImageDeprecation", {"imageId": IMAGE, "deprecateAt": "soon"}, {}),
        ("AttachImageWatermark", {"imageId": IMAGE}, None),
        ("DeregisterImage", {"imageId": IMAGE, "deleteAssociatedSnapshots": True}, None),
        ("ModifySnapshotAttribute", {"snapshotId": SNAPSHOT}, {}),
        ("ModifySnapshotAttribute", {"snapshotId": SNAPSHOT, "createVolumePermission": {"add": {}}}, {}),
        ("CreateLaunchTemplate", None, {"launchTemplate": {"launchTemplateId": TEMPLATE}}),
        (
            "CreateLaunchTemplate",
            {"launchTemplateData": {"imageId": "<sensitiveDataRemoved>"}},
            {"launchTemplate": {"launchTemplateId": TEMPLATE}},
        ),
        (
            "CreateLaunchTemplateVersion",
            {"launchTemplateId": TEMPLATE, "launchTemplateData": {"imageId": IMAGE}},
            None,
        ),
        (
            "DeleteLaunchTemplateVersions",
            {"launchTemplateId": TEMPLATE, "launchTemplateVersionSet": ["1"]},
            None,
        ),
        ("ModifyLaunchTemplate", {"launchTemplateId": TEMPLATE}, None),
        ("StopInstances", {"instancesSet": items({"instanceId": INSTANCE})}, None),
    ],
)
def test_what_the_record_does_not_say_makes_the_event_incomplete(
    operation: str, request_parameters: Json | None, response: Json | None
) -> None:
    assert read(operation, request_parameters, response).data["incomplete"] is True


def test_a_volume_is_blank_only_when_the_request_is_there_and_names_no_snapshot() -> None:
    assert "incomplete" not in read("CreateVolume", {"size": "1"}, {"volumeId": VOLUME}).data


def test_a_root_as_launched_is_complete_only_when_the_request_is_there() -> None:
    assert read("CreateReplaceRootVolumeTask", {"instanceId": INSTANCE}, None).data == {}


def test_a_stored_object_is_named_after_its_image_when_the_answer_is_omitted() -> None:
    record = build_record("CreateStoreImageTask", {"imageId": IMAGE, "bucket": "vault"}, None)

    stored, written = normalise(record).events

    assert stored.data == {"bucket": "vault", "object_key": f"{IMAGE}.bin"}
    assert written.stream_id == f"stored-object/aws/vault/{IMAGE}.bin"


def test_a_description_is_an_attribute_and_no_sharing() -> None:
    event = read("ModifyImageAttribute", {"imageId": IMAGE, "description": {"value": "new"}}, {})

    assert event.event_type == "image.attribute_changed"
    assert event.data == {"attribute": "description", "value": "new"}


@pytest.mark.parametrize(
    ("operation", "resource"),
    [("ModifyImageAttribute", {"imageId": IMAGE}), ("ModifySnapshotAttribute", {"snapshotId": SNAPSHOT})],
)
def test_the_older_form_of_sharing_is_understood(operation: str, resource: Json) -> None:
    attribute = "launchPermission" if "imageId" in resource else "createVolumePermission"
    request = resource | {
        "attribute": attribute,
        "operationType": "remove",
        "userIdsSet": items({"userId": ACCOUNT}),
        "groupsSet": items({"group": "all"}),
    }

    assert read(operation, request, {}).data == {
        "removed": [{"kind": "account", "value": ACCOUNT}, {"kind": "group", "value": "all"}]
    }


def test_product_codes_of_a_snapshot_are_no_sharing() -> None:
    request = {"snapshotId": SNAPSHOT, "attributeType": "PRODUCT_CODES", "productCodes": items("x")}

    assert normalise(build_record("ModifySnapshotAttribute", request, {})).ignored == (
        "ModifySnapshotAttribute of product codes"
    )


def test_the_source_of_a_denied_copy_is_named_in_its_own_region() -> None:
    request = {"sourceRegion": "us-east-1", "sourceImageId": OTHER_IMAGE}

    event = read("CopyImage", request, None, errorCode="Client.DryRunOperation")

    assert event.stream_id == f"image/aws/us-east-1/{OTHER_IMAGE}"
    assert event.data["dry_run"] is True


@pytest.mark.parametrize(
    ("operation", "source", "request_parameters", "stream"),
    [
        (
            "RequestSpotFleet",
            EC2,
            {"spotFleetRequestConfig": {"launchSpecifications": items({"imageId": IMAGE})}},
            f"image/aws/eu-west-1/{IMAGE}",
        ),
        (
            "CreateFleet",
            EC2,
            {
                "CreateFleetRequest": {
                    "LaunchTemplateConfigs": {"tag": 1, "Overrides": {"tag": 1, "ImageId": IMAGE}}
                }
            },
            f"image/aws/eu-west-1/{IMAGE}",
        ),
        ("PutParameter", SSM, {"name": "golden"}, f"parameter/aws/eu-west-1/{ACCOUNT}/golden"),
        (
            "DetachInstances",
            AUTO_SCALING,
            {"instanceIds": [INSTANCE]},
            f"instance/aws/eu-west-1/{INSTANCE}",
        ),
        ("CreateRestoreImageTask", EC2, {"bucket": "b", "objectKey": "k"}, f"account/aws/{ACCOUNT}"),
    ],
)
def test_a_denied_call_stands_on_what_it_was_about(
    operation: str, source: str, request_parameters: Json, stream: str
) -> None:
    assert read(operation, request_parameters, None, source, errorCode="AccessDenied").stream_id == stream


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (IMAGE, {"image_id": IMAGE}),
        ("resolve:ssm:golden", {"parameter": "golden"}),
        ("resolve:ssm:/golden/web:7", {"parameter": "/golden/web:7"}),
        (
            f"resolve:ssm:arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/golden/web:prod",
            {"parameter": "/golden/web:prod"},
        ),
        (
            "resolve:ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/golden:3",
            {"parameter": "arn:aws:ssm:eu-west-1:111122223333:parameter/golden:3"},
        ),
        ("resolve:ssm:", None),
        ("$golden", None),
    ],
)
def test_a_template_names_an_image_or_a_parameter(text: str, reference: Json | None) -> None:
    request = {"launchTemplateData": {"imageId": text}}

    event = read("CreateLaunchTemplate", request, {"launchTemplate": {"launchTemplateId": TEMPLATE}})

    assert event.data["version"].get("image") == reference
    assert event.data.get("incomplete", False) is (reference is None)


def test_a_version_that_names_no_image_takes_that_of_its_source_from_the_answer() -> None:
    request = {
        "launchTemplateId": TEMPLATE,
        "sourceVersion": "1",
        "launchTemplateData": {"instanceType": "m5"},
    }
    held = {"imageId": IMAGE, "instanceType": "m5"}
    response = {"launchTemplateVersion": {"versionNumber": 2, "launchTemplateData": held}}

    event = read("CreateLaunchTemplateVersion", request, response)

    assert event.data["version"]["image"]["image_id"] == IMAGE


def test_a_template_named_without_an_id_in_the_answer_is_rejected_and_not_guessed() -> None:
    record = build_record("DeleteLaunchTemplate", {"launchTemplateName": "web"}, None)

    assert "names no resource" in (normalise(record).rejected or "")


def test_a_group_update_that_names_no_launch_leaves_it_as_it_was() -> None:
    event = read("UpdateAutoScalingGroup", {"autoScalingGroupName": "web", "maxSize": 0}, None, AUTO_SCALING)

    assert event.data == {"max_size": 0}


@pytest.mark.parametrize(
    "named",
    [
        {"launchTemplate": {"launchTemplateId": "?"}},
        {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "m5.large"}]}}},
        {
            "mixedInstancesPolicy": {
                "launchTemplate": {
                    "launchTemplateSpecification": {"launchTemplateId": TEMPLATE},
                    "overrides": [{"imageId": "?"}],
                }
            }
        },
    ],
)
def test_a_launch_that_is_understood_in_part_only_is_not_claimed(named: Json) -> None:
    request = {"autoScalingGroupName": "web"} | named

    assert read("UpdateAutoScalingGroup", request, None, AUTO_SCALING).data == {"incomplete": True}


@pytest.mark.parametrize(
    ("operation", "source", "request_parameters", "response", "reason"),
    [
        ("CreateFleet", EC2, {"type": "maintain"}, {"fleetId": "fleet-1"}, "launches come as RunInstances"),
        (
            "RequestSpotInstances",
            EC2,
            {},
            {"spotInstanceRequestSet": items({"state": "open"})},
            "RunInstances",
        ),
        ("RequestSpotFleet", EC2, {}, {"spotFleetRequestId": "sfr-1"}, "launches come as RunInstances"),
        ("LaunchInstances", AUTO_SCALING, {}, {"instances": []}, "launches come as RunInstances"),
        (
            "StartInstanceRefresh",
            AUTO_SCALING,
            {"autoScalingGroupName": "web"},
            {},
            "without settings of its own",
        ),
        ("PutParameter", SSM, {"name": "p", "type": "SecureString"}, {"version": 1}, "SecureString"),
        ("DeleteParameters", SSM, {"names": ["p"]}, {"invalidParameters": ["p"]}, "deleted none"),
        ("UnlabelParameterVersion", SSM, {"name": "p"}, {"invalidLabels": ["x"]}, "took none away"),
        ("CreateTags", EC2, {"resourcesSet": items({"resourceId": "vpc-1"})}, {}, "other resources"),
        ("ExportImage", EC2, {"imageId": IMAGE}, {}, "outside EC2"),
        ("GetImageAncestry", EC2, {"imageId": IMAGE}, {}, "a read"),
        ("AssociateAddress", EC2, {"instanceId": INSTANCE}, {}, "another EC2 operation"),
    ],
)
def test_what_changes_nothing_here_is_ignored_with_the_reason(
    operation: str, source: str, request_parameters: Json, response: Json, reason: str
) -> None:
    normalised = normalise(build_record(operation, request_parameters, response, source))

    assert reason in (normalised.ignored or "")
    assert normalised.not_understood == ()


def test_a_launch_knows_template_and_group_by_the_tags_that_aws_sets() -> None:
    tags = items(
        {"key": "aws:ec2launchtemplate:id", "value": TEMPLATE},
        {"key": "aws:ec2launchtemplate:version", "value": "7"},
        {"key": "aws:autoscaling:groupName", "value": "web"},
    )
    response = {"instancesSet": items({"instanceId": INSTANCE, "imageId": IMAGE, "tagSet": tags})}

    data = read("RunInstances", {"launchTemplate": {"version": "$Latest"}}, response).data

    assert (data["launch_template_id"], data["launch_template_version"], data["auto_scaling_group"]) == (
        TEMPLATE,
        "7",
        "web",
    )


@pytest.mark.parametrize("service", ["backup.amazonaws.com", "dlm.amazonaws.com"])
def test_the_actor_shows_which_service_acted(service: str) -> None:
    identity = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
        "invokedBy": service,
    }

    event = read("CreateSnapshot", {"volumeId": VOLUME}, {"snapshotId": SNAPSHOT}, userIdentity=identity)

    assert event.actor is not None
    assert event.actor.invoked_by == service


def test_the_value_of_a_parameter_counts_where_it_can_be_seen() -> None:
    named = read("PutParameter", {"name": "p", "value": IMAGE}, {"version": 1}, SSM)
    other = read("PutParameter", {"name": "p", "value": "blue"}, {"version": 2}, SSM)

    assert named.data == {"owner_account_id": ACCOUNT, "image_id": IMAGE, "version": 1}
    assert other.data == {"owner_account_id": ACCOUNT, "version": 2}


def test_tags_of_a_template_and_of_an_import_are_kept() -> None:
    request = {
        "resourcesSet": items({"resourceId": TEMPLATE}, {"resourceId": "import-ami-0abc"}),
        "tagSet": items({"key": "team", "value": "web"}),
    }

    events = normalise(build_record("CreateTags", request, {})).events

    assert {event.event_type for event in events} == {"launch_template.tagged", "import_task.tagged"}
