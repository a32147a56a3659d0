"""An organization that answers in memory, with what it refuses; and a desk that runs backfill against it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ami_lineage_contracts.envelope import EventEnvelope, EventSource
from event_log import InMemoryEventLog, RecordEntry
from ingest.adapters.backfill_store import SqliteBackfillStore
from ingest.application.backfill.outcomes import BackfillSummary
from ingest.application.backfill.preflight import probe_places
from ingest.application.backfill.questions import Question
from ingest.application.backfill.running import Backfill, Home, Wanted
from ingest.errors import SourceDeniedError, SourceLacksCallError, SourceUnavailableError

HOME, MEMBER, REGION = "111111111111", "222222222222", "us-east-1"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


class Cloud:
    """Answers by account and action; `denied` holds actions, or ``account action``; so does `broken`."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, dict[str, Any]]] = {HOME: build_home(), MEMBER: build_member()}
        self.denied: set[str] = set()
        self.lacking: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[str] = []

    @asynccontextmanager
    async def open_place(self, account_id: str | None, region: str) -> AsyncIterator["Place"]:
        assert account_id is not None
        yield Place(self, account_id, region)


class Place:
    def __init__(self, cloud: Cloud, account_id: str, region: str) -> None:
        self._cloud = cloud
        self._account_id = account_id
        self._region = region

    async def reach(self) -> None:
        self._refuse("sts:AssumeRole")

    async def probe(self, question: Question) -> None:
        self._refuse(question.action)

    async def ask(self, question: Question, **arguments: Any) -> dict[str, Any]:
        self._cloud.asked.append(f"{self._account_id} {question.action}")
        self._refuse(question.action)
        answer: dict[str, Any] = self._cloud.answers[self._account_id].get(question.action, {})
        for name in ("ImageId", "ChildId", "LaunchTemplateId", "Name"):
            if name in arguments and arguments[name] in answer:
                return dict(answer[arguments[name]])
        return deepcopy(answer)

    async def list_pages(self, question: Question, **arguments: Any) -> AsyncIterator[list[dict[str, Any]]]:
        members = (await self.ask(question, **arguments)).get(question.member, [])
        wanted = [value for each in arguments.get("Filters", ()) for value in each["Values"]]
        if wanted:
            shared = self._cloud.answers[self._account_id].get("visible", {}).get("Images", [])
            members = [each for each in [*members, *shared] if each["ImageId"] in wanted]
        for start in range(0, len(members), 2):
            yield members[start : start + 2]

    def _refuse(self, action: str) -> None:
        names = {action, f"{self._account_id} {action}"}
        if names & self._cloud.denied:
            raise SourceDeniedError(f"{action}: UnauthorizedOperation")
        if names & self._cloud.lacking:
            raise SourceLacksCallError(f"{action}: InvalidAction")
        if names & self._cloud.broken:
            raise SourceUnavailableError(f"{action}: InternalError")


def build_image(image_id: str, owner: str, **more: Any) -> dict[str, Any]:
    return {
        "ImageId": image_id,
        "State": "available",
        "Public": False,
        "OwnerId": owner,
        "Name": f"name of {image_id}",
        "CreationDate": "2026-01-01T00:00:00.000Z",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": f"snap-{image_id[4:]}"}}],
        **more,
    }


def build_home() -> dict[str, dict[str, Any]]:
    return {
        "organizations:ListAccounts": {
            "Accounts": [
                {"Id": HOME, "Name": "tooling", "Email": "tools@example.com", "Status": "ACTIVE"},
                {"Id": MEMBER, "Name": "shop", "Email": "shop@example.com", "Status": "ACTIVE"},
            ]
        },
        "organizations:ListParents": {
            MEMBER: {"Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]},
            "Parents": [{"Id": "r-1", "Type": "ROOT"}],
        },
        "organizations:DescribeOrganizationalUnit": {"OrganizationalUnit": {"Name": "Shops"}},
        "organizations:ListTagsForResource": {"Tags": [{"Key": "Owner", "Value": "team"}]},
        "ec2:DescribeRegions": {"Regions": [{"RegionName": REGION}]},
    }


def build_member() -> dict[str, dict[str, Any]]:
    return {
        "ec2:DescribeImages": {"Images": [build_image(f"ami-0{name}", MEMBER) for name in "abc"]},
        "visible": {"Images": [build_image("ami-0d", HOME)]},
        "ec2:DescribeImageAttribute": {"LaunchPermissions": [{"UserId": HOME}]},
        "ec2:GetImageAncestry": {
            "ImageAncestryEntries": [
                {"ImageId": "ami-0a", "SourceImageId": "ami-0e", "SourceImageRegion": REGION},
                {"ImageId": "ami-0e"},
            ]
        },
        "ec2:DescribeInstances": {
            "Reservations": [
                {
                    "OwnerId": MEMBER,
                    "Instances": [
                        {
                            "InstanceId": "i-0a",
                            "ImageId": "ami-0d",
                            "State": {"Name": "running"},
                            "RootDeviceName": "/dev/xvda",
                            "LaunchTime": NOON - timedelta(days=9),
                            "BlockDeviceMappings": [
                                {
                                    "DeviceName": "/dev/xvda",
                                    "Ebs": {"VolumeId": "vol-0a", "AttachTime": NOON - timedelta(days=9)},
                                }
                            ],
                        }
                    ],
                }
            ]
        },
        "ec2:DescribeInstanceImageMetadata": {
            "InstanceImageMetadata": [
                {"InstanceId": "i-0a", "ImageMetadata": {"ImageId": "ami-0d", "OwnerId": HOME}},
                {
                    "InstanceId": "i-0b",
                    "ImageMetadata": {"ImageId": "ami-0f", "OwnerId": MEMBER, "State": "deregistered"},
                },
            ]
        },
        "ec2:DescribeSnapshots": {
            "Snapshots": [
                {"SnapshotId": "snap-0a", "OwnerId": MEMBER, "VolumeId": "vol-0a", "State": "completed"}
            ]
        },
        "ec2:DescribeVolumes": {"Volumes": [{"VolumeId": "vol-0a", "SnapshotId": "", "State": "in-use"}]},
        "ec2:DescribeLaunchTemplates": {
            "LaunchTemplates": [
                {
                    "LaunchTemplateId": "lt-0a",
                    "LaunchTemplateName": "web",
                    "DefaultVersionNumber": 1,
                    "LatestVersionNumber": 1,
                }
            ]
        },
        "ec2:DescribeLaunchTemplateVersions": {
            "LaunchTemplateVersions": [
                {"VersionNumber": 1, "LaunchTemplateData": {"ImageId": "resolve:ssm:/golden/web:2"}}
            ]
        },
        "autoscaling:DescribeAutoScalingGroups": {
            "AutoScalingGroups": [
                {
                    "AutoScalingGroupName": "web",
                    "MaxSize": 3,
                    "LaunchTemplate": {"LaunchTemplateId": "lt-0a", "Version": "$Latest"},
                }
            ]
        },
        "autoscaling:DescribeLaunchConfigurations": {
            "LaunchConfigurations": [{"LaunchConfigurationName": "old", "ImageId": "ami-0a"}]
        },
        "ssm:DescribeParameters": {"Parameters": [{"Name": "/golden/db", "DataType": "aws:ec2:image"}]},
        "ssm:GetParameters": {"Parameters": [{"Name": "/golden/web", "Value": "ami-0a", "Version": 2}]},
        "ssm:GetParameterHistory": {"Parameters": [{"Version": 2, "Labels": ["prod"]}]},
        "imagebuilder:ListImageRecipes": {
            "imageRecipeSummaryList": [
                {
                    "arn": f"arn:aws:imagebuilder:{REGION}:{MEMBER}:image-recipe/web/1.0.0",
                    "parentImage": "ami-0d",
                }
            ]
        },
        "ec2:DescribeImportImageTasks": {
            "ImportImageTasks": [
                {
                    "ImportTaskId": "import-ami-1",
                    "Status": "completed",
                    "ImageId": "ami-0c",
                    "SnapshotDetails": [{"Format": "VMDK", "UserBucket": {"S3Bucket": "b", "S3Key": "disk"}}],
                }
            ]
        },
        "ec2:DescribeImportSnapshotTasks": {"ImportSnapshotTasks": []},
        "ec2:DescribeStoreImageTasks": {
            "StoreImageTaskResults": [
                {
                    "AmiId": "ami-0b",
                    "Bucket": "store",
                    "S3objectKey": "ami-0b.bin",
                    "TaskStartTime": NOON - timedelta(days=3),
                    "StoreTaskState": "Completed",
                }
            ]
        },
        "ec2:ListImagesInRecycleBin": {"Images": [{"ImageId": "ami-09", "Name": "binned"}]},
    }


class Quiet:
    def expect(self, readings: int) -> None:
        assert readings

    def finish(self, account_id: str, region: str, reading: str) -> None:
        assert account_id
        assert region
        assert reading


class Desk:
    """Backfill against the cloud; each run comes an hour after the one before."""

    def __init__(self, folder: Path) -> None:
        self.cloud, self.log = Cloud(), InMemoryEventLog()
        self.now = NOON
        self.store = SqliteBackfillStore(folder / "backfill.sqlite")

    def build(self, *, has_role: bool = True) -> Backfill:
        home = Home(HOME, REGION, "test", has_role)
        return Backfill(home, self.log, self.store, self.cloud.open_place, self.tell_time, 2)

    def tell_time(self) -> datetime:
        return self.now

    async def run(self, *, has_role: bool = True, **wanted: Any) -> BackfillSummary:
        self.now += timedelta(hours=1)
        return await self.build(has_role=has_role).run(Wanted(**wanted), Quiet())

    async def probe(self) -> list[Any]:
        return list(
            await probe_places(self.cloud.open_place, (HOME, REGION), [(HOME, REGION), (MEMBER, REGION)])
        )

    async def tell(self, event_type: str, stream_id: str, at: datetime, **data: Any) -> None:
        event = EventEnvelope(
            event_id=uuid4(),
            event_type=event_type,
            stream_id=stream_id,
            occurred_at=at,
            recorded_at=at,
            producer="ingest",
            source=EventSource(kind="cloudtrail", record_id="r"),
            correlation_id="c",
            data=data,
        )
        await self.log.append([RecordEntry(events=(event,))])

    async def read(self, prefix: str = "") -> list[EventEnvelope]:
        events = [event async for event in self.log.scan() if event.event_type.startswith(prefix)]
        return sorted(events, key=lambda event: (event.occurred_at, event.stream_id))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    with desk.store:
        yield desk
