"""The commands of docs/sources.md on the local servers, and what they leave in the log."""

import asyncio
import gzip
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ami_lineage_contracts.topology import Topology
from ingest.bootstrap import Platform, open_platform
from ingest.settings import IngestSettings

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]
DOCUMENT = Path(__file__).parents[3] / "docs" / "sources.md"
BUCKET = "my-trail-bucket"
ACCOUNT = "111122223333"
PROFILE = """
[profile audit]
region = us-east-1
aws_access_key_id = 111111111111
aws_secret_access_key = local
"""


def list_commands() -> list[list[str]]:
    blocks = DOCUMENT.read_text(encoding="utf-8").split("```sh\n")[1:]
    lines = [line for block in blocks for line in block.partition("```")[0].splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("ami-lineage ")]


def make_record(number: int, account: str = ACCOUNT) -> dict[str, Any]:
    return {
        "eventID": f"source-{number}",
        "eventTime": "2026-09-15T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DeregisterImage",
        "awsRegion": "us-east-1",
        "recipientAccountId": account,
        "requestParameters": {"imageId": f"ami-{number:08x}"},
    }


@pytest.fixture
def environment(
    declared_topology: Topology, unique_suffix: str, endpoints: Any, tmp_path: Path
) -> dict[str, str]:
    assert declared_topology.event_table.endswith(unique_suffix)
    (tmp_path / "aws-config").write_text(PROFILE)
    return {
        "AMI_LINEAGE_REGION": "us-east-1",
        "AMI_LINEAGE_ACCESS_KEY_ID": "111111111111",
        "AMI_LINEAGE_SECRET_ACCESS_KEY": "local",
        "AMI_LINEAGE_DYNAMODB_ENDPOINT": endpoints.dynamodb,
        "AMI_LINEAGE_EVENTS_ENDPOINT": endpoints.events,
        "AMI_LINEAGE_SQS_ENDPOINT": endpoints.sqs,
        "AMI_LINEAGE_TOPOLOGY_SUFFIX": unique_suffix,
        "AMI_LINEAGE_DATA_DIR": str(tmp_path / "data"),
        "AMI_LINEAGE_SOURCE_S3_ENDPOINT": endpoints.aws,
        "AMI_LINEAGE_SOURCE_STS_ENDPOINT": endpoints.aws,
        "AMI_LINEAGE_SOURCE_CLOUDTRAIL_ENDPOINT": endpoints.aws,
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        "AWS_ACCESS_KEY_ID": "111111111111",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        # Were it heeded, nothing would answer.
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }


@pytest.fixture
async def platform(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    for name, value in environment.items():
        if name.startswith("AMI_LINEAGE_"):
            monkeypatch.setenv(name, value)
    async with open_platform(IngestSettings()) as opened:
        yield opened


@pytest.fixture
def workplace(endpoints: Any, tmp_path: Path) -> Path:
    """The bucket and the files that the document names."""
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoints.aws,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="local",
    )
    s3.create_bucket(Bucket=BUCKET)
    key = f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/09/15/trail.json.gz"
    body = gzip.compress(json.dumps({"Records": [make_record(1), make_record(2)]}).encode())
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    folder = tmp_path / "work"
    (folder / "cloudtrail").mkdir(parents=True)
    (folder / "cloudtrail" / "one.json").write_text(json.dumps({"Records": [make_record(1)]}))
    events = {"Events": [{"CloudTrailEvent": json.dumps(make_record(3))}]}
    (folder / "lookup-events.json").write_text(json.dumps(events))
    text = json.dumps(make_record(4)).replace('"', '""')
    (folder / "athena-result.csv").write_text(f'"eventjson"\n"{text}"\n')
    out = io.BytesIO()
    pq.write_table(pa.table({"eventjson": [json.dumps(make_record(5))]}), out)
    (folder / "lake-result.parquet").write_bytes(out.getvalue())
    return folder


def run(environment: dict[str, str], folder: Path, words: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", *words, "--json"],
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{words}: {done.stderr}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def test_every_command_of_the_document_works_and_all_of_them_record_each_record_once(
    platform: Platform, environment: dict[str, str], workplace: Path
) -> None:
    commands = list_commands()
    assert {words[0] for words in commands} == {"import", "lookup"}
    assert len(commands) >= 7

    answers = [await asyncio.to_thread(run, environment, workplace, words) for words in commands]

    estimate, first = answers[:2]
    assert (estimate["objects"], first["recorded"], first["coverage"]) == (1, 2, 1)
    assert all(answer["rejected"] == 0 for answer in answers[1:])
    events = [event async for event in platform.log.scan()]
    made = sorted(event.source.record_id for event in events if event.stream_id.startswith("image/"))
    assert made == [f"source-{number}" for number in range(1, 6)]
    captures = {event.data["capture"] for event in events if event.event_type == "coverage.scan_completed"}
    assert captures == {"import", "lookup"}


async def test_a_second_import_of_the_same_prefix_adds_nothing_to_the_log(
    platform: Platform, environment: dict[str, str], workplace: Path
) -> None:
    words = ["import", f"s3://{BUCKET}/"]
    await asyncio.to_thread(run, environment, workplace, words)
    before = [event.event_id async for event in platform.log.scan()]

    second = await asyncio.to_thread(run, environment, workplace, words)

    assert (second["recorded"], second["events"], second["coverage"]) == (0, 0, 0)
    assert (second["duplicate"], second["finished_before"]) == (2, 1)
    assert [event.event_id async for event in platform.log.scan()] == before


def test_a_bucket_that_is_not_there_ends_with_one_sentence(
    environment: dict[str, str], workplace: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "import", "s3://absent-bucket/"],
        env={**os.environ, **environment},
        cwd=workplace,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("ami-lineage-ingest: there is no bucket absent-bucket")
