"""Ways in which AWS delivers records: the central bus, and the archive."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import boto3
from running_platform import Platform

BATCH = 10


def read_records(folder: Path) -> list[dict[str, Any]]:
    """All CloudTrail records of a generated organization."""
    return [
        record
        for path in sorted(folder.rglob("*.json.gz"))
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]


def put_on_central_bus(platform: Platform, records: list[dict[str, Any]]) -> None:
    """As EventBridge forwards them from the members."""
    events = boto3.client(
        "events",
        endpoint_url=platform.endpoints["events"],
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="test",
    )
    for start in range(0, len(records), BATCH):
        answer = events.put_events(
            Entries=[
                {
                    "EventBusName": platform.endpoints["central_bus"],
                    "Source": "aws." + record["eventSource"].partition(".")[0],
                    "DetailType": "AWS API Call via CloudTrail",
                    "Detail": json.dumps(record),
                }
                for record in records[start : start + BATCH]
            ]
        )
        assert answer["FailedEntryCount"] == 0


def leave_notifications(platform: Platform, folder: Path) -> None:
    """EC2's own events of a generated organization, as an archive of the bus: what is put again gets another id."""
    archive = platform.data_dir / "archive"
    archive.mkdir(exist_ok=True)
    for path in sorted(folder.rglob("*.jsonl.gz")):
        partial = platform.data_dir / path.name
        shutil.copy(path, partial)
        shutil.move(partial, archive / path.name)


def leave_in_watched_folder(platform: Platform, records: list[dict[str, Any]], name: str = "part") -> None:
    """As files of the trail, each complete at once."""
    archive = platform.data_dir / "archive"
    archive.mkdir(exist_ok=True)
    for number, start in enumerate(range(0, len(records), 500)):
        partial = platform.data_dir / f"{name}-{number}.json.gz"
        partial.write_bytes(gzip.compress(json.dumps({"Records": records[start : start + 500]}).encode()))
        shutil.move(partial, archive / partial.name)
