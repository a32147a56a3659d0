"""The follower reads each archive file once it is complete, and survives losing its checkpoint."""

import json
import shutil
from pathlib import Path
from typing import Any

from event_log import InMemoryEventLog
from ingest.adapters.checkpoint import Checkpoint
from ingest.adapters.formats.limits import FileLimits
from ingest.application.following import ArchiveFollower
from ingest.application.importer import Importer
from ingest.application.recording import Recorder

LIMITS = FileLimits(file_bytes=1_000_000, unpacked_bytes=1_000_000, document_bytes=1_000_000)


def make_record(number: int) -> dict[str, Any]:
    return {
        "eventID": f"e-{number}",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DeleteVolume",
        "awsRegion": "us-east-1",
        "requestParameters": {"volumeId": f"vol-{number:08x}"},
    }


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "archive"
        self.folder.mkdir()
        self.checkpoint_file = folder / "checkpoint.json"
        self.log = InMemoryEventLog()
        self.told: list[str] = []
        self.counts: dict[str, int] = {}
        self.start()

    def start(self) -> None:
        async def tell(events: Any) -> None:
            self.told.extend(event.stream_id for event in events)

        recorder = Recorder(self.log, attempts=1)
        self.follower = ArchiveFollower(
            self.folder,
            Importer(recorder, 10, 2, tell),
            LIMITS,
            recorder,
            Checkpoint(self.checkpoint_file),
            self.count,
            0.01,
        )

    def count(self, outcome: str, number: int) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + number

    def write(self, name: str, *numbers: int) -> None:
        (self.folder / name).write_text(json.dumps({"Records": [make_record(n) for n in numbers]}))


async def test_a_file_is_read_when_it_has_stopped_growing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.folder / "a.json").write_text('{"Records": [')

    assert await desk.follower.poll() == 0
    desk.write("a.json", 1, 2)
    assert await desk.follower.poll() == 0
    assert await desk.follower.poll() == 1
    assert await desk.follower.poll() == 0

    assert desk.told == ["volume/aws/us-east-1/vol-00000001", "volume/aws/us-east-1/vol-00000002"]


async def test_a_restart_reads_nothing_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("a.json", 1)
    await desk.follower.poll()
    await desk.follower.poll()

    desk.start()
    assert await desk.follower.poll() == 0
    assert await desk.follower.poll() == 0


async def test_a_lost_checkpoint_doubles_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("a.json", 1)
    await desk.follower.poll()
    await desk.follower.poll()
    desk.checkpoint_file.write_text("garbage")

    desk.start()
    await desk.follower.poll()
    assert await desk.follower.poll() == 1

    assert desk.counts["recorded"] == 1
    assert desk.counts["duplicate"] == 1
    assert len(desk.told) == 1


async def test_an_unreadable_file_is_reported_once_and_read_when_it_changes(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.folder / "a.json").write_text("{broken")
    for _ in range(4):
        await desk.follower.poll()
    assert desk.counts["rejected"] == 1

    desk.write("a.json", 1)
    for _ in range(3):
        await desk.follower.poll()
    assert desk.counts["recorded"] == 1


async def test_a_folder_that_is_missing_or_goes_away_stops_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    shutil.rmtree(desk.folder)

    assert await desk.follower.poll() == 0
