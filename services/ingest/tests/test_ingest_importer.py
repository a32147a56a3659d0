"""An import adds up, loses nothing, counts nothing twice, and goes on after whatever is broken."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from event_log import AppendOutcome, InMemoryEventLog, PermanentLogError, RecordEntry, TransientLogError
from ingest.adapters.file_source import FileSource
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.rejects import RejectsFile
from ingest.application.importer import Importer
from ingest.application.recording import Recorder
from ingest.application.selection import EVERYTHING, Selection
from ingest.application.summary import ImportSummary
from ingest.domain.moments import parse_moment
from ingest.errors import LogUnavailableError

REAL = Path(__file__).parents[4] / "shared" / "data" / "cloudtrail"
LIMITS = FileLimits(file_bytes=10_000_000, unpacked_bytes=10_000_000, document_bytes=1_000_000)


def make_record(number: int, **other: Any) -> dict[str, Any]:
    return {
        "eventID": f"e-{number}",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DeregisterImage",
        "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "requestParameters": {"imageId": f"ami-{number:08x}"},
        **other,
    }


async def run(
    log: Any, *paths: Path, selection: Selection = EVERYTHING, limits: FileLimits = LIMITS, batch: int = 7
) -> ImportSummary:
    rejects = paths[0].parent / "rejects.out"
    importer = Importer(Recorder(log, attempts=1), batch_records=batch, concurrency=3)
    with RejectsFile(rejects) as sink:
        tally = await importer.run([FileSource(paths, limits, selection)], sink.write, selection)
        summary = tally.build_summary(str(sink.written) if sink.written else None)
    assert summary.records == summary.recorded + summary.duplicate + summary.ignored + summary.rejected
    return summary


def read_lines(path: str | None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(str(path)).read_text().splitlines()]


def write(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") and data[:2] != b"\x1f\x8b" else data)
    return path


async def test_the_real_records_add_up_and_a_second_import_changes_nothing(tmp_path: Path) -> None:
    log = InMemoryEventLog()
    (tmp_path / "real").symlink_to(REAL)

    first = await run(log, tmp_path / "real")
    events = [event async for event in log.scan()]
    second = await run(log, tmp_path / "real")

    assert first.recorded > 40
    assert first.events == len(events)
    assert (second.recorded, second.events) == (0, 0)
    assert second.duplicate == first.recorded + first.duplicate
    assert second.ignored == first.ignored
    assert second.rejected == first.rejected
    assert "MANIFEST.csv" in str(first.skipped_files)
    assert second.not_understood == first.not_understood


async def test_an_ec2_write_that_is_not_understood_is_named_with_its_ids(tmp_path: Path) -> None:
    write(tmp_path, "in/a.json", make_record(1, eventName="InventedImageCall"))

    summary = await run(InMemoryEventLog(), tmp_path / "in")

    assert summary.not_understood["InventedImageCall"].resource_ids == ("ami-00000001",)


@pytest.mark.parametrize("batch", [1, 3, 100])
async def test_a_record_that_occurs_twice_counts_once(tmp_path: Path, batch: int) -> None:
    write(tmp_path, "in/a.json", {"Records": [make_record(1), make_record(2), make_record(1)]})
    write(tmp_path, "in/b.json.gz", {"Records": [make_record(2), make_record(3)]})

    summary = await run(InMemoryEventLog(), tmp_path / "in", batch=batch)

    assert (summary.files, summary.recorded, summary.duplicate) == (2, 3, 2)


async def test_every_kind_of_document_gives_its_records(tmp_path: Path) -> None:
    envelope = {"id": "x", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2"}
    write(tmp_path, "in/1.json", make_record(1))
    write(tmp_path, "in/2.json", [make_record(2), {**envelope, "detail": make_record(3)}])
    write(tmp_path, "in/3.json", {**envelope, "detail": make_record(4)})
    write(tmp_path, "in/4.json", {"Events": [{"CloudTrailEvent": json.dumps(make_record(5))}]})
    write(tmp_path, "in/5.jsonl", b"\n".join(json.dumps(make_record(n)).encode() for n in (6, 7)))
    write(tmp_path, "in/6.jsonl.gz", json.dumps(make_record(8)).encode() + b"\n")
    write(tmp_path, "in/7.json", b"\xef\xbb\xbf" + json.dumps(make_record(9)).encode())
    write(tmp_path, "in/8.json", b"\n".join(json.dumps(make_record(n)).encode() for n in (10, 11)))
    two_members = gzip.compress(b'{"Records":[') + gzip.compress(json.dumps(make_record(12)).encode() + b"]}")
    write(tmp_path, "in/9.json.gz", two_members)

    summary = await run(InMemoryEventLog(), tmp_path / "in")

    assert (summary.recorded, summary.rejected, summary.broken_files) == (12, 0, ())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("truncated.json.gz", gzip.compress(json.dumps({"Records": [make_record(9)]}).encode())[:-12]),
        ("corrupt.json.gz", b"\x1f\x8b\x08\x00 this is no gzip"),
        ("binary.json", bytes(range(256))),
        ("utf16.json", json.dumps(make_record(9)).encode("utf-16")),
        ("empty.json", b""),
        ("cut.json", b'{"Records": [{"eventID": "'),
        ("number.json", b"7"),
        ("nolist.json", b'{"Records": 7}'),
        ("large.json", b'{"Records": ["' + b"x" * 2_000_000 + b'"]}'),
        ("bomb.json.gz", b'{"Records": ["' + b"x" * 2_000_000 + b'"]}'),
    ],
)
async def test_a_broken_file_is_reported_and_the_rest_goes_on(
    tmp_path: Path, name: str, content: bytes
) -> None:
    write(tmp_path, f"in/{name}", content)
    write(tmp_path, "in/zzz.json", make_record(1))

    summary = await run(InMemoryEventLog(), tmp_path / "in")

    assert (summary.files, summary.recorded, summary.rejected) == (2, 1, 1)
    assert [Path(note.path).name for note in summary.broken_files] == [name]


async def test_lines_before_the_damage_are_kept_and_broken_lines_are_rejected(tmp_path: Path) -> None:
    lines = [json.dumps(make_record(1)), "{broken", json.dumps(make_record(2)), "7", '{"a": 1}']
    write(tmp_path, "in/a.jsonl", "\n".join(lines).encode())

    summary = await run(InMemoryEventLog(), tmp_path / "in")

    assert (summary.recorded, summary.rejected) == (2, 3)
    rejected = read_lines(summary.rejects_file)
    assert rejected[0]["record"] == "{broken"
    assert rejected[0]["place"].endswith("a.jsonl#2")


async def test_files_of_other_kinds_are_skipped_by_name(tmp_path: Path) -> None:
    write(tmp_path, "in/notes.csv", b"a,b")
    write(tmp_path, "in/truth.json", {"images": []})
    write(tmp_path, "in/digest.json", {"digestS3Object": "x", "logFiles": []})
    (tmp_path / "in/link.json").symlink_to(write(tmp_path, "outside.json", make_record(1)))
    (tmp_path / "in/folder").symlink_to(tmp_path)

    summary = await run(InMemoryEventLog(), tmp_path / "in")

    reasons = {Path(note.path).name: note.reason for note in summary.skipped_files}
    assert set(reasons) == {"notes.csv", "truth.json", "digest.json", "link.json", "folder"}
    assert "digest" in reasons["digest.json"]
    assert (summary.files, summary.records, summary.rejects_file) == (0, 0, None)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(since=parse_moment("2026-11-24")),
        Selection(until=parse_moment("2026-11-23T12:00:00Z")),
        Selection(accounts=frozenset({"999999999999"})),
        Selection(regions=frozenset({"eu-west-1"})),
    ],
)
async def test_a_filtered_record_is_ignored_with_the_filter_as_reason(
    tmp_path: Path, selection: Selection
) -> None:
    write(tmp_path, "in/a.json", make_record(1))

    summary = await run(InMemoryEventLog(), tmp_path / "in", selection=selection)

    assert summary.ignored == 1
    assert next(iter(summary.ignored_by_reason)).startswith("filtered")


class StubbornLog(InMemoryEventLog):
    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        if any(entry.record is not None and entry.record.record_id == "e-2" for entry in entries):
            raise PermanentLogError("too large")
        return await super().append(entries)


async def test_a_record_that_the_log_refuses_is_rejected_alone(tmp_path: Path) -> None:
    write(tmp_path, "in/a.json", [make_record(number) for number in (1, 2, 3)])

    summary = await run(StubbornLog(), tmp_path / "in")

    assert (summary.recorded, summary.rejected) == (2, 1)


class SilentLog(InMemoryEventLog):
    async def find_recorded(self, record_ids: Sequence[str]) -> frozenset[str]:
        assert record_ids
        raise TransientLogError("no answer")


async def test_a_log_that_does_not_answer_ends_the_import_with_its_own_error(tmp_path: Path) -> None:
    write(tmp_path, "in/a.json", make_record(1))

    with pytest.raises(LogUnavailableError, match="no answer"):
        await run(SilentLog(), tmp_path / "in")
