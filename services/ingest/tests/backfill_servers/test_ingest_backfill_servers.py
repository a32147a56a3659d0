"""The verb against the local EC2 endpoint, through the real SDK and into the real log."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from aiobotocore.session import get_session
from botocore.session import get_session as get_models

from ingest.adapters.source_place import SourcePlace
from ingest.adapters.source_session import SourceAccess, SourceSession
from ingest.application.backfill.outcomes import PlaceOutcome
from ingest.application.backfill.preflight import probe_places
from ingest.application.backfill.questions import ASSUME_ROLE, HOME_QUESTIONS, PLACE_QUESTIONS, VOLUMES
from ingest.application.pacing import AdaptivePace
from ingest.bootstrap import open_platform
from ingest.errors import ForbiddenCallError
from ingest.settings import IngestSettings

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]
HOME, REGION = "111111111111", "us-east-1"
ADDED = {
    "ec2:GetImageAncestry": {
        "ImageAncestryEntries": [
            {"ImageId": "ami-0aaaaaaaa", "SourceImageId": "ami-0bbbbbbbb", "SourceImageRegion": REGION}
        ]
    },
    "ec2:DescribeInstanceImageMetadata": {
        "InstanceImageMetadata": [
            {
                "InstanceId": "i-0aaaaaaaa",
                "ImageMetadata": {
                    "ImageId": "ami-0cccccccc",
                    "OwnerId": "333333333333",
                    "State": "deregistered",
                    "IsPublic": False,
                    "ImageWatermarks": [
                        {
                            "WatermarkKey": "333333333333:golden",
                            "WatermarkCreationTime": datetime(2026, 1, 1, tzinfo=UTC),
                        }
                    ],
                },
            }
        ]
    },
    "ec2:ListImagesInRecycleBin": {"Images": [{"ImageId": "ami-0dddddddd", "Name": "binned"}]},
    "ec2:DescribeImportImageTasks": {
        "ImportImageTasks": [
            {
                "ImportTaskId": "import-ami-0a",
                "Status": "completed",
                "ImageId": "ami-0eeeeeeee",
                "SnapshotDetails": [
                    {"Format": "VMDK", "Url": "s3://bucket/disk", "SnapshotId": "snap-0eeeeeeee"}
                ],
            }
        ]
    },
    "ec2:DescribeImportSnapshotTasks": {
        "ImportSnapshotTasks": [
            {
                "ImportTaskId": "import-snap-0a",
                "SnapshotTaskDetail": {
                    "Status": "completed",
                    "SnapshotId": "snap-0ffffffff",
                    "Format": "RAW",
                },
            }
        ]
    },
    "ec2:DescribeStoreImageTasks": {
        "StoreImageTaskResults": [
            {
                "AmiId": "ami-0aaaaaaaa",
                "Bucket": "store",
                "S3objectKey": "ami-0aaaaaaaa.bin",
                "TaskStartTime": datetime(2026, 11, 1, tzinfo=UTC),
                "StoreTaskState": "Completed",
            }
        ]
    },
    "imagebuilder:ListImageRecipes": {
        "imageRecipeSummaryList": [
            {
                "arn": f"arn:aws:imagebuilder:{REGION}:222222222222:image-recipe/web/1.0.0",
                "parentImage": "ami-0bbbbbbbb",
            }
        ]
    },
}
"""What the local endpoint lacks; not proven against AWS."""


@pytest.fixture
async def seeded(gate: Any, member: str) -> dict[str, str]:
    for action, answer in ADDED.items():
        gate.add(member, action, answer)
    options: dict[str, Any] = {
        "region_name": REGION,
        "endpoint_url": gate.url,
        "aws_access_key_id": HOME,
        "aws_secret_access_key": "local",
    }
    async with get_session().create_client("sts", **options) as sts:
        answer = await sts.assume_role(RoleArn=f"arn:aws:iam::{member}:role/Reader", RoleSessionName="seed")
    granted = answer["Credentials"]
    options |= {
        "aws_access_key_id": granted["AccessKeyId"],
        "aws_secret_access_key": granted["SecretAccessKey"],
        "aws_session_token": granted["SessionToken"],
    }
    return await _seed(options, f"old-{member}") | {"account": member}


async def _seed(options: dict[str, Any], name: str) -> dict[str, str]:
    made = {"group": name, "parameter": f"/golden/{name}"}
    async with get_session().create_client("ec2", **options) as ec2:
        registered = await ec2.register_image(Name="base", RootDeviceName="/dev/xvda")
        made["base"] = registered["ImageId"]
        launched = await ec2.run_instances(ImageId=made["base"], MinCount=1, MaxCount=1)
        made["instance"] = launched["Instances"][0]["InstanceId"]
        made["image"] = (await ec2.create_image(InstanceId=made["instance"], Name="built"))["ImageId"]
        await ec2.modify_image_attribute(ImageId=made["image"], LaunchPermission={"Add": [{"UserId": HOME}]})
        template = await ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"ImageId": f"resolve:ssm:{made['parameter']}"}
        )
        made["template"] = template["LaunchTemplate"]["LaunchTemplateId"]
    async with get_session().create_client("ssm", **options) as ssm:
        await ssm.put_parameter(Name=made["parameter"], Value=made["image"], Type="String")
    async with get_session().create_client("autoscaling", **options) as groups:
        await groups.create_launch_configuration(
            LaunchConfigurationName=name, ImageId=made["base"], InstanceType="t3.micro"
        )
        await groups.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName=name,
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=[f"{REGION}a"],
        )
    return made


async def test_a_member_account_is_read_by_its_role_into_the_log(
    seeded: dict[str, str],
    run_ingest: Any,
    gate: Any,
    monkeypatch: pytest.MonkeyPatch,
    endpoints: Any,
    unique_suffix: str,
) -> None:
    arguments = ("--accounts", seeded["account"], "--regions", REGION, "--role", "Reader", "--json")
    gate.throttled = {"ec2:DescribeImages": 2, "ssm:GetParameters": 1}

    code, summary, error = await run_ingest(*arguments)
    again_code, again, again_error = await run_ingest(*arguments)

    assert (code, summary["failed"]) == (0, []), error
    assert again_code == 0, again_error
    assert again["events"] == 0
    for name, value in {
        "DYNAMODB_ENDPOINT": endpoints.dynamodb,
        "EVENTS_ENDPOINT": endpoints.events,
        "SQS_ENDPOINT": endpoints.sqs,
        "ACCESS_KEY_ID": HOME,
        "SECRET_ACCESS_KEY": "local",
        "TOPOLOGY_SUFFIX": unique_suffix,
    }.items():
        monkeypatch.setenv(f"AMI_LINEAGE_{name}", value)
    async with open_platform(IngestSettings()) as platform:
        events = [event async for event in platform.log.scan()]
    data = {(event.event_type, event.stream_id.rpartition("/")[2]): event.data for event in events}
    assert data["image.observed", seeded["image"]]["shared_with"] == [{"kind": "account", "value": HOME}]
    assert data["image.observed", seeded["image"]]["ancestry"][0]["source_image_id"] == "ami-0bbbbbbbb"
    assert data["image.observed", "ami-0cccccccc"]["watermarks"][0]["key"] == "333333333333:golden"
    assert data["image.observed", "ami-0dddddddd"]["state"] == "deregistered"
    assert data["image.imported", "ami-0eeeeeeee"]["sources"] == [
        {"disk_format": "VMDK", "url": "s3://bucket/disk"}
    ]
    assert data["snapshot.imported", "snap-0ffffffff"]["import_task_id"] == "import-snap-0a"
    assert data["instance.observed", seeded["instance"]]["image_id"] == seeded["base"]
    # The local endpoint has one account for every key; that the member's role asked shows at the gate.
    assert f"{seeded['account']} ec2:DescribeInstances" in gate.asked
    assert data["launch_template.observed", seeded["template"]]["versions"][0]["image"] == {
        "parameter": seeded["parameter"]
    }
    assert data["parameter.observed", quote(seeded["parameter"], safe="")]["image_id"] == seeded["image"]
    assert (
        data["auto_scaling_group.observed", seeded["group"]]["launch"]["configuration_name"]
        == seeded["group"]
    )
    assert data["launch_configuration.observed", seeded["group"]]["image"] == {"image_id": seeded["base"]}
    assert data["stored_object.written", "ami-0aaaaaaaa.bin"]["image_id"] == "ami-0aaaaaaaa"


async def test_preflight_names_the_missing_permission_of_every_protocol(member: str, gate: Any) -> None:
    for action, answer in ADDED.items():
        gate.add(member, action, answer)
    every = {question.action for question in PLACE_QUESTIONS}
    once = {question.action for question in HOME_QUESTIONS}

    nothing = await probe(gate, member, set())
    all_but_the_role = await probe(gate, member, every | once)
    not_even_the_role = await probe(gate, member, {ASSUME_ROLE})

    assert [(place.denied, place.failed) for place in nothing] == [((), ()), ((), ())]
    assert [set(place.denied) for place in all_but_the_role] == [once, every]
    assert [place.denied for place in not_even_the_role] == [(), (ASSUME_ROLE,)]


async def probe(gate: Any, member: str, denied: set[str]) -> list[PlaceOutcome]:
    gate.denied = denied
    session = SourceSession(SourceAccess(role="Reader", endpoints={"*": gate.url}, keys=(HOME, "local")))
    pace = AdaptivePace(1000)
    return await probe_places(
        lambda account_id, region: SourcePlace(session, pace, account_id, region),
        (HOME, REGION),
        [(member, REGION)],
    )


async def test_preflight_is_a_table_and_an_exit_code(member: str, run_ingest: Any, gate: Any) -> None:
    for action, answer in ADDED.items():
        gate.add(member, action, answer)
    gate.denied = {"ec2:GetImageAncestry", "ec2:DescribeVolumes"}
    arguments = ("--accounts", member, "--regions", REGION, "--role", "Reader", "--preflight")

    code, text, error = await run_ingest(*arguments)
    _, answer, _ = await run_ingest(*arguments, "--json")

    assert code == 1, error
    assert {"ec2:GetImageAncestry", "ec2:DescribeVolumes"} <= set(text.replace("│", " ").split())
    assert [each["action"] for each in answer["advice"]] == ["ec2:DescribeVolumes", "ec2:GetImageAncestry"]


async def test_without_any_permission_the_verb_says_what_it_lacks(
    member: str, run_ingest: Any, gate: Any
) -> None:
    gate.denied = {question.action for question in (*PLACE_QUESTIONS, *HOME_QUESTIONS)} | {ASSUME_ROLE}

    code, summary, error = await run_ingest(
        "--accounts", member, "--regions", REGION, "--role", "Reader", "--json"
    )

    assert (code, summary["unknown_share"], summary["events"]) == (1, 1.0, 0), error
    assert "Traceback" not in error


async def test_the_source_session_never_writes(gate: Any) -> None:
    session = SourceSession(SourceAccess(endpoints={"*": gate.url}, keys=(HOME, "local")))

    async with session.open(None, REGION, "ec2") as ec2:
        with pytest.raises(ForbiddenCallError):
            await ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)

    assert gate.asked == []


async def test_throttling_slows_its_account_and_region_down(gate: Any) -> None:
    session, pace = (
        SourceSession(SourceAccess(endpoints={"*": gate.url}, keys=(HOME, "local"))),
        AdaptivePace(100),
    )
    gate.throttled = {VOLUMES.action: 2}

    async with SourcePlace(session, pace, HOME, REGION) as place:
        await place.ask(VOLUMES)

    assert pace.get_rate(f"{HOME}/{REGION}/ec2") < 100
    assert pace.get_rate(f"{HOME}/eu-west-1/ec2") == 100


def test_every_question_is_one_that_the_sdk_knows() -> None:
    models = get_models()
    for question in (*PLACE_QUESTIONS, *HOME_QUESTIONS):
        model = models.get_service_model(question.service).operation_model(question.operation)
        known = set(model.input_shape.members)
        assert {*question.arguments, *question.probe} <= known, question.action
        assert not question.member or question.member in model.output_shape.members, question.action
        assert question.operation.startswith(("Describe", "Get", "List"))
