"""ingest on the real servers: files, central bus, archive, dead letters, redelivery."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.topology import Topology
from event_log import DynamoEventLog, LogSettings
from ingest.bootstrap import Platform, open_platform
from ingest.settings import IngestSettings

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]
REAL = Path(__file__).parents[4] / "shared" / "data" / "cloudtrail"
REGISTER = json.loads((REAL / "records/RegisterImage/invictus-ir-aws-dataset-1.json").read_bytes())
ACCOUNT = "123837392027"


@pytest.fixture
def environment(
    declared_topology: Topology, unique_suffix: str, endpoints: Any, tmp_path: Path
) -> dict[str, str]:
    assert declared_topology.event_table.endswith(unique_suffix)
    return {
        "AMI_LINEAGE_REGION": "us-east-1",
        "AMI_LINEAGE_ACCESS_KEY_ID": "111111111111",
        "AMI_LINEAGE_SECRET_ACCESS_KEY": "local",
        "AMI_LINEAGE_DYNAMODB_ENDPOINT": endpoints.dynamodb,
        "AMI_LINEAGE_EVENTS_ENDPOINT": endpoints.events,
        "AMI_LINEAGE_SQS_ENDPOINT": endpoints.sqs,
        "AMI_LINEAGE_SOURCE_EC2_ENDPOINT": endpoints.ec2,
        "AMI_LINEAGE_TOPOLOGY_SUFFIX": unique_suffix,
        "AMI_LINEAGE_DATA_DIR": str(tmp_path / "data"),
        "AMI_LINEAGE_ARCHIVE_POLL_SECONDS": "0.2",
    }


@pytest.fixture
async def platform(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with open_platform(IngestSettings()) as opened:
        yield opened


async def read_events(platform: Platform) -> list[EventEnvelope]:
    return [event async for event in platform.log.scan() if not event.event_type.startswith("coverage.")]


async def wait_for_events(platform: Platform, number: int) -> list[EventEnvelope]:
    async with asyncio.timeout(30):
        while len(events := await read_events(platform)) < number:  # noqa: ASYNC110 - another process appends
            await asyncio.sleep(0.2)
    return events


async def receive(platform: Platform, queue: str, number: int) -> list[dict[str, Any]]:
    url = (await platform.sqs.get_queue_url(QueueName=queue))["QueueUrl"]
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(30):
        while len(found) < number:
            answer = await platform.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            found += answer.get("Messages", [])
    return found


@contextmanager
def serving(environment: dict[str, str], **more: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "serve"], env={**os.environ, **environment, **more}
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


IMPATIENT = "import stamina; stamina.set_testing(True, attempts=2); from ingest.__main__ import main; main()"
"""The command without the pauses between its attempts."""


def run_import(
    environment: dict[str, str], *arguments: str, python: tuple[str, str] = ("-m", "ingest")
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "import", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def build_envelope(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "x",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "region": "us-east-1",
        "detail": record,
    }


async def send(platform: Platform, *bodies: object) -> None:
    url = (await platform.sqs.get_queue_url(QueueName=platform.topology.ingest_queue.name))["QueueUrl"]
    for body in bodies:
        text = body if isinstance(body, str) else json.dumps(body)
        await platform.sqs.send_message(QueueUrl=url, MessageBody=text)


async def test_the_command_imports_the_real_records_once(
    platform: Platform, environment: dict[str, str]
) -> None:
    first = run_import(environment, str(REAL), "--json")
    second = run_import(environment, str(REAL), "--json")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    summary, again = json.loads(first.stdout), json.loads(second.stdout)
    assert summary["records"] == sum(
        summary[name] for name in ("recorded", "duplicate", "ignored", "rejected")
    )
    assert summary["events"] == len(await read_events(platform))
    assert (again["recorded"], again["events"]) == (0, 0)
    assert summary["rejects_file"].startswith(environment["AMI_LINEAGE_DATA_DIR"])


async def test_an_import_is_announced_by_one_hint(platform: Platform, environment: dict[str, str]) -> None:
    done = run_import(environment, str(REAL / "records" / "RegisterImage"), "--json")

    assert done.returncode == 0, done.stderr
    (message,) = await receive(platform, platform.topology.graph_writer_queue.name, 1)
    assert json.loads(message["Body"])["detail-type"] == "log.appended"


async def test_wrong_commands_say_what_to_do(environment: dict[str, str], tmp_path: Path) -> None:
    absent = run_import(environment, str(tmp_path / "absent"))
    unreachable = run_import(
        {**environment, "AMI_LINEAGE_DYNAMODB_ENDPOINT": "http://127.0.0.1:9"},
        str(REAL / "records"),
        python=("-c", IMPATIENT),
    )

    assert absent.returncode == 2
    assert "absent does not exist" in absent.stderr
    assert unreachable.returncode == 4
    assert "Traceback" not in absent.stderr + unreachable.stderr


async def test_a_record_of_the_central_bus_is_recorded_and_published(
    platform: Platform, environment: dict[str, str]
) -> None:
    with serving(environment):
        await send(platform, build_envelope(REGISTER), build_envelope(REGISTER))
        events = await wait_for_events(platform, 2)
        messages = await receive(platform, platform.topology.graph_writer_queue.name, 4)

    assert len(events) == 2
    published = {json.loads(message["Body"])["detail"]["event_id"] for message in messages}
    assert published == {str(event.event_id) for event in events}


async def test_poison_reaches_the_dead_letters_with_its_reason_and_blocks_nothing(
    platform: Platform, environment: dict[str, str]
) -> None:
    with serving(environment):
        await send(
            platform, "no json", build_envelope(REGISTER | {"eventTime": "?"}), build_envelope(REGISTER)
        )
        await wait_for_events(platform, 2)
        letters = await receive(platform, platform.topology.ingest_queue.dead_letter_name, 2)

    reasons = sorted(letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters)
    assert "eventTime" in reasons[0]
    assert "no JSON" in reasons[1]


async def test_a_file_in_the_archive_is_recorded_and_published(
    platform: Platform, environment: dict[str, str], tmp_path: Path
) -> None:
    archive = tmp_path / "data" / "archive"
    with serving(environment):
        archive.mkdir(parents=True)
        (archive / "trail.json").write_text(json.dumps({"Records": [REGISTER]}))
        events = await wait_for_events(platform, 2)
        messages = await receive(platform, platform.topology.graph_writer_queue.name, 2)

    assert {event.event_type for event in events} == {"image.registered", "snapshot.backed_image"}
    assert len(messages) == 2


async def test_what_was_registered_is_looked_at_while_it_can_be_seen(
    platform: Platform, environment: dict[str, str], endpoints: Any
) -> None:
    from aiobotocore.session import get_session  # noqa: PLC0415 - only this test is AWS's client

    async with get_session().create_client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=endpoints.ec2,
        aws_access_key_id="111111111111",
        aws_secret_access_key="local",
    ) as ec2:
        volume = await ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)
    volume_id = volume["VolumeId"]
    record = REGISTER | {
        "eventName": "CreateVolume",
        "eventID": "volume-1",
        "requestParameters": {"size": "1"},
        "responseElements": {"volumeId": volume_id},
    }

    with serving(environment, AMI_LINEAGE_OBSERVE="1", AMI_LINEAGE_OBSERVE_DELAY_SECONDS="0"):
        await send(platform, build_envelope(record))
        events = await wait_for_events(platform, 2)

    assert sorted(event.event_type for event in events) == ["volume.created", "volume.observed"]


async def test_the_log_in_dynamodb_keeps_the_raw_record(
    platform: Platform, environment: dict[str, str]
) -> None:
    run_import(environment, str(REAL / "records" / "RegisterImage"))

    assert isinstance(platform.log, DynamoEventLog)
    assert LogSettings(table=platform.topology.event_table).table.startswith("ami-lineage-events")
    record = await platform.log.read_record(REGISTER["eventID"])
    assert record is not None
    assert record.content == REGISTER
