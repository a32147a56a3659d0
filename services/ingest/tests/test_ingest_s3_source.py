"""S3: only the needed folders are listed, nothing but reading is done, and an interrupted import goes on."""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws
from pydantic import SecretStr

from event_log import AppendOutcome, InMemoryEventLog, RecordEntry, TransientLogError
from ingest.adapters.file_source import FileSource
from ingest.adapters.finished_units import FinishedUnitsFile
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.history_session import HistorySession
from ingest.adapters.s3_source import S3Source, parse_location
from ingest.application.importer import Importer
from ingest.application.recording import Recorder
from ingest.application.selection import EVERYTHING, Selection
from ingest.application.sources import RecordSource
from ingest.application.summary import ImportSummary
from ingest.domain.moments import parse_moment
from ingest.entrypoints.estimating import build_estimate
from ingest.entrypoints.sources import build_import_sources
from ingest.errors import ForbiddenCallError, LogUnavailableError, SourceDeniedError, UsageError
from ingest.settings import HistorySettings

LIMITS = FileLimits(file_bytes=1_000_000, unpacked_bytes=1_000_000, document_bytes=1_000_000)
SETTINGS = HistorySettings(
    access_key_id="111111111111", secret_access_key=SecretStr("local"), region="us-east-1"
)
BUCKET = "trail-bucket"
ACCOUNTS = ("111122223333", "444455556666", "777788889999")
REGIONS = ("us-east-1", "eu-west-1")
DAYS = ("2026-09-30", "2026-10-01", "2026-10-02", "2026-11-01", "2026-11-23")


def make_record(account: str, region: str, day: str, number: int = 0) -> dict[str, Any]:
    image = zlib.crc32(f"{account}{region}{day}{number}".encode())
    return {
        "eventID": f"{account}-{region}-{day}-{number}",
        "eventTime": f"{day}T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DeregisterImage",
        "awsRegion": region,
        "recipientAccountId": account,
        "requestParameters": {"imageId": f"ami-{image:08x}"},
    }


def build_key(root: str, account: str, region: str, day: str) -> str:
    return f"{root}AWSLogs/{account}/CloudTrail/{region}/{day.replace('-', '/')}/{account}_x.json.gz"


@pytest.fixture
def s3() -> Iterator[Any]:
    """A writer of the test's own; the code under test has no such client."""
    with mock_aws():
        import boto3  # noqa: PLC0415 - only this fixture writes

        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="111111111111", aws_secret_access_key="local"
        )
        client.create_bucket(Bucket=BUCKET)
        yield client


def fill(s3: Any, root: str = "", accounts: Sequence[str] = ACCOUNTS) -> list[str]:
    keys = []
    for account in accounts:
        for region in REGIONS:
            for day in DAYS:
                keys.append(build_key(root, account, region, day))
                put(s3, keys[-1], [make_record(account, region, day)])
    return keys


def put(s3: Any, key: str, records: list[dict[str, Any]]) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(json.dumps({"Records": records}).encode()))


class Watched:
    """A source, and what it asked for."""

    def __init__(self, place: str, selection: Selection = EVERYTHING, owner: str | None = None) -> None:
        self.client = HistorySession(SETTINGS).client("s3")
        self.listed: list[dict[str, Any]] = []
        self.fetched: list[dict[str, Any]] = []
        events = self.client.meta.events
        events.register(
            "provide-client-params.s3.ListObjectsV2", lambda params, **_: self.listed.append(dict(params))
        )
        events.register(
            "provide-client-params.s3.GetObject", lambda params, **_: self.fetched.append(dict(params))
        )
        self.source = S3Source(self.client, parse_location(place, owner), LIMITS, selection)

    def keys(self) -> list[str]:
        return [unit.name.removeprefix(f"s3://{BUCKET}/") for unit in self.source.list_units()]


@pytest.mark.parametrize("root", ["", "o-abc123/", "some/folder/"])
def test_the_layout_of_a_trail_is_found_below_any_prefix(s3: Any, root: str) -> None:
    root = "" if root.startswith("o-") else root
    keys = fill(s3, root)

    assert sorted(Watched(f"s3://{BUCKET}").keys()) == sorted(keys)
    assert sorted(Watched(f"s3://{BUCKET}/{root}AWSLogs").keys()) == sorted(keys)
    assert Watched(f"s3://{BUCKET}/{root}AWSLogs/{ACCOUNTS[0]}/CloudTrail/eu-west-1/2026/10/").keys() == [
        build_key(root, ACCOUNTS[0], "eu-west-1", day) for day in DAYS[1:3]
    ]


def test_a_trail_of_an_organization_is_pruned_by_account_region_and_day(s3: Any) -> None:
    for account in ACCOUNTS:
        for region in REGIONS:
            for day in DAYS:
                key = build_key("", account, region, day).replace("AWSLogs/", "AWSLogs/o-abc123/")
                put(s3, key, [make_record(account, region, day)])
    wanted = Selection(
        since=parse_moment("2026-10-01"),
        until=parse_moment("2026-10-02"),
        accounts=frozenset(ACCOUNTS[:1]),
        regions=frozenset(REGIONS[:1]),
    )
    watched = Watched(f"s3://{BUCKET}/AWSLogs/", wanted)

    keys = watched.keys()

    prefix = f"AWSLogs/o-abc123/{ACCOUNTS[0]}/CloudTrail/us-east-1/2026/10/"
    # The day after holds what was delivered late.
    assert [key.removeprefix(prefix).split("/")[0] for key in keys] == ["01", "02"]
    asked = [params["Prefix"] for params in watched.listed]
    assert asked[-2:] == [f"{prefix}01/", f"{prefix}02/"]
    assert not [each for each in asked if ACCOUNTS[1] in each or "eu-west-1" in each or "2026/09" in each]
    assert len(asked) == 6


def test_a_month_that_is_wanted_whole_is_listed_in_one_go(s3: Any) -> None:
    fill(s3, accounts=ACCOUNTS[:1])
    watched = Watched(
        f"s3://{BUCKET}/AWSLogs/{ACCOUNTS[0]}/",
        Selection(
            since=parse_moment("2026-09-30"), until=parse_moment("2026-11-02"), regions=frozenset(REGIONS[:1])
        ),
    )

    assert len(watched.keys()) == 4
    asked = [params["Prefix"] for params in watched.listed]
    assert [each for each in asked if each.endswith("/2026/10/")]
    assert not [each for each in asked if "/2026/10/0" in each]


def test_any_other_layout_is_listed_whole_and_sums_are_left_out(s3: Any) -> None:
    put(s3, "export/a/b/c/d/e.json.gz", [])
    put(s3, "export/plain.json.gz", [])
    put(s3, f"AWSLogs/{ACCOUNTS[0]}/CloudTrail-Digest/us-east-1/2026/10/01/x.json.gz", [])
    put(s3, f"AWSLogs/{ACCOUNTS[0]}/elasticloadbalancing/us-east-1/2026/10/01/x.gz", [])
    key = build_key("", ACCOUNTS[0], "us-east-1", "2026-10-01")
    put(s3, key, [])
    watched = Watched(f"s3://{BUCKET}/", Selection(since=parse_moment("2026-10-01")))

    assert sorted(watched.keys()) == sorted(["export/a/b/c/d/e.json.gz", "export/plain.json.gz", key])


def test_the_expected_owner_of_the_bucket_goes_with_every_request(s3: Any) -> None:
    put(s3, "a.json.gz", [make_record(ACCOUNTS[0], "us-east-1", DAYS[0])])
    watched = Watched(f"s3://{BUCKET}/", owner="123456789012")

    list(watched.source.open(next(iter(watched.source.list_units()))))

    assert {each.get("ExpectedBucketOwner") for each in watched.listed + watched.fetched} == {"123456789012"}


@pytest.mark.parametrize("operation", ["put_object", "delete_object"])
def test_the_source_session_cannot_write(s3: Any, operation: str) -> None:
    del s3
    client = HistorySession(SETTINGS).client("s3")

    with pytest.raises(ForbiddenCallError):
        getattr(client, operation)(Bucket=BUCKET, Key="a")


def test_the_source_session_takes_neither_keys_nor_endpoints_of_the_platform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AMI_LINEAGE_ACCESS_KEY_ID", "platform")
    monkeypatch.setenv("AMI_LINEAGE_SECRET_ACCESS_KEY", "platform")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")

    client = HistorySession(HistorySettings()).client("s3", "eu-west-1")

    assert "127.0.0.1" not in client.meta.endpoint_url
    assert client._get_credentials().access_key == "own"


def test_an_unknown_profile_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="list-profiles"):
        build_import_sources(
            ["s3://b/"], LIMITS, EVERYTHING, SETTINGS.model_copy(update={"profile": "absent"})
        )
    with pytest.raises(UsageError, match="does not exist"):
        build_import_sources([str(tmp_path / "absent")], LIMITS, EVERYTHING, SETTINGS)


def test_a_missing_permission_is_named() -> None:
    watched = Watched(f"s3://{BUCKET}/")
    with Stubber(watched.client) as stub:
        stub.add_client_error("list_objects_v2", "AccessDenied", "no", 403)
        with pytest.raises(SourceDeniedError, match=r"s3:ListBucket on trail-bucket"):
            watched.keys()


def test_a_bucket_that_is_not_there_is_a_usage_error(s3: Any) -> None:
    del s3
    with pytest.raises(UsageError, match="there is no bucket absent"):
        list(Watched("s3://absent/").source.list_units())


def test_an_estimate_counts_without_reading(s3: Any) -> None:
    keys = fill(s3)
    watched = Watched(f"s3://{BUCKET}/")

    estimate = build_estimate([watched.source])

    assert estimate.objects == len(keys)
    assert estimate.bytes > 0
    assert estimate.records_estimated > 0
    assert estimate.seconds_estimated > 0
    assert watched.fetched == []


async def run(
    log: Any, finished: Any, *sources: RecordSource, selection: Selection = EVERYTHING
) -> ImportSummary:
    importer = Importer(Recorder(log, attempts=1), batch_records=3, concurrency=2)
    tally = await importer.run(sources, lambda *_: None, selection, finished)
    await importer.cover(sources, tally)
    return tally.build_summary(None)


async def scan(log: InMemoryEventLog) -> list[str]:
    return sorted([event.model_dump_json(exclude={"recorded_at"}) async for event in log.scan()])


async def test_s3_and_files_give_the_same_events_and_the_same_coverage(s3: Any, tmp_path: Path) -> None:
    for key in fill(s3):
        path = tmp_path / "copy" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    far, near = InMemoryEventLog(), InMemoryEventLog()

    first = await run(far, None, Watched(f"s3://{BUCKET}/").source)
    second = await run(near, None, FileSource([tmp_path / "copy"], LIMITS, EVERYTHING))

    assert first.recorded == second.recorded == len(ACCOUNTS) * len(REGIONS) * len(DAYS)
    assert first.coverage == len(ACCOUNTS) * len(REGIONS)
    assert await scan(far) == await scan(near)


class WearyLog(InMemoryEventLog):
    """Takes some appends, then none."""

    def __init__(self, appends: int) -> None:
        super().__init__()
        self.left = appends

    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        self.left -= 1
        if self.left < 0:
            raise TransientLogError("weary")
        return await super().append(entries)


async def test_an_interrupted_import_goes_on_and_what_is_finished_counts_without_being_read(
    s3: Any, tmp_path: Path
) -> None:
    keys = fill(s3)
    log = WearyLog(4)
    with FinishedUnitsFile(tmp_path / "finished", "scope") as finished:
        with pytest.raises(LogUnavailableError):
            await run(log, finished, Watched(f"s3://{BUCKET}/").source)
        log.left = 10**6
        again = Watched(f"s3://{BUCKET}/")
        second = await run(log, finished, again.source)
    with FinishedUnitsFile(tmp_path / "finished", "scope") as finished:
        last = Watched(f"s3://{BUCKET}/")
        third = await run(log, finished, last.source)

    assert second.records == third.records == len(keys)
    assert second.finished_before > 0
    assert len(again.fetched) == len(keys) - second.finished_before
    assert (third.recorded, third.events, third.coverage, third.duplicate) == (0, 0, 0, len(keys))
    assert third.finished_before == len(keys)
    assert last.fetched == []


async def test_an_object_that_changed_is_read_again_and_another_log_makes_all_of_it_unread(
    s3: Any, tmp_path: Path
) -> None:
    key = fill(s3, accounts=ACCOUNTS[:1])[0]
    log = InMemoryEventLog()
    with FinishedUnitsFile(tmp_path / "finished", "scope") as finished:
        first = await run(log, finished, Watched(f"s3://{BUCKET}/").source)
        put(s3, key, [make_record(ACCOUNTS[0], REGIONS[0], DAYS[0], number) for number in (0, 1)])
        second = await run(log, finished, Watched(f"s3://{BUCKET}/").source)
        elsewhere = await run(InMemoryEventLog(), finished, Watched(f"s3://{BUCKET}/").source)

    assert (second.recorded, second.duplicate) == (1, first.recorded)
    assert elsewhere.recorded == first.recorded + 1
    assert elsewhere.finished_before == 0


async def test_an_object_with_a_rejected_record_is_reported_by_every_import(s3: Any, tmp_path: Path) -> None:
    put(s3, "a.json.gz", [make_record(ACCOUNTS[0], "us-east-1", DAYS[0]) | {"eventTime": "?"}])
    log = InMemoryEventLog()
    with FinishedUnitsFile(tmp_path / "finished", "scope") as finished:
        first = await run(log, finished, Watched(f"s3://{BUCKET}/").source)
        second = await run(log, finished, Watched(f"s3://{BUCKET}/").source)

    assert first.rejected == second.rejected == 1


async def test_an_object_over_the_limit_is_reported_and_never_fetched(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="large.json", Body=b"x" * 1_000_001)
    put(s3, "zzz.json.gz", [make_record(ACCOUNTS[0], "us-east-1", DAYS[0])])
    watched = Watched(f"s3://{BUCKET}/")

    summary = await run(InMemoryEventLog(), None, watched.source)

    assert (summary.recorded, summary.rejected) == (1, 1)
    assert "MAX_FILE_BYTES" in summary.broken_files[0].reason
    assert [each["Key"] for each in watched.fetched] == ["zzz.json.gz"]


async def test_records_outside_of_the_wanted_time_are_filtered_in_a_folder_of_late_ones(s3: Any) -> None:
    late = build_key("", ACCOUNTS[0], "us-east-1", "2026-10-02")
    put(s3, late, [make_record(ACCOUNTS[0], "us-east-1", day) for day in ("2026-10-01", "2026-10-02")])
    selection = Selection(since=parse_moment("2026-10-01"), until=parse_moment("2026-10-02"))

    summary = await run(
        InMemoryEventLog(), None, Watched(f"s3://{BUCKET}/", selection).source, selection=selection
    )

    assert (summary.recorded, summary.ignored) == (1, 1)
