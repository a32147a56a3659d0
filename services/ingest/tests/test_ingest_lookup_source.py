"""LookupEvents behind a local server whose answers fit AWS's model: paged, paced, resumed, refused in part."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from pydantic import SecretStr

from event_log import InMemoryEventLog
from ingest.adapters.finished_units import FinishedUnitsFile
from ingest.adapters.history_session import HistorySession
from ingest.adapters.lookup_source import LookupSource
from ingest.application.importer import Importer
from ingest.application.recording import Recorder
from ingest.application.selection import Selection
from ingest.application.summary import ImportSummary
from ingest.entrypoints.sources import build_lookup_sources
from ingest.errors import UsageError
from ingest.settings import HistorySettings

pytestmark = pytest.mark.servers  # a server of the test's own, on the loopback interface
ACCOUNT = "111122223333"
OTHER = "444455556666"
SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)
MODEL = ServiceModel(Loader().load_service_model("cloudtrail", "service-2"), "cloudtrail")
LOOKUP = MODEL.operation_model("LookupEvents")


def make_record(number: int, hour: int) -> dict[str, Any]:
    return {
        "eventID": f"e-{number}",
        "eventTime": f"2026-10-01T{hour:02}:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DeregisterImage",
        "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT,
        "readOnly": False,
        "requestParameters": {"imageId": f"ami-{number:08x}"},
    }


RECORDS = [make_record(number, number % 24) for number in range(120)]


class Trail:
    """What CloudTrail would answer, per account and Region."""

    def __init__(self) -> None:
        self.records = {(ACCOUNT, "us-east-1"): RECORDS}
        self.refused: set[str] = set()
        self.requests: list[tuple[str, str, dict[str, Any]]] = []

    def lookup(self, account: str, region: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append((account, region, request))
        if region in self.refused:
            return 400, {"__type": "AccessDeniedException", "message": "no"}
        begin, end = (datetime.fromtimestamp(request[name], UTC) for name in ("StartTime", "EndTime"))
        found = [
            each
            for each in self.records.get((account, region), [])
            if begin <= datetime.fromisoformat(each["eventTime"]) <= end
        ]
        start, size = int(request.get("NextToken", "0")), request["MaxResults"]
        answer: dict[str, Any] = {
            "Events": [
                {
                    "EventId": each["eventID"],
                    "EventName": each["eventName"],
                    "ReadOnly": "false",
                    "EventTime": datetime.fromisoformat(each["eventTime"]).timestamp(),
                    "CloudTrailEvent": json.dumps(each),
                }
                for each in found[start : start + size]
            ]
        }
        if start + size < len(found):
            answer["NextToken"] = str(start + size)
        report = ParamValidator().validate(answer, LOOKUP.output_shape)
        assert not report.has_errors(), report.generate_report()
        return 200, answer


@pytest.fixture
def trail() -> Trail:
    return Trail()


@pytest.fixture
def settings(trail: Trail) -> Iterator[HistorySettings]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            scope = self.headers["Authorization"].partition("Credential=")[2].split("/")
            if self.headers.get("X-Amz-Target", "").endswith("LookupEvents"):
                code, answer = trail.lookup(scope[0], scope[2], json.loads(body))
                content = json.dumps(answer).encode()
            else:
                code = 200
                content = (
                    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
                    f"<Account>{scope[0]}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                ).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield HistorySettings(
            access_key_id=ACCOUNT,
            secret_access_key=SecretStr("local"),
            region="us-east-1",
            cloudtrail_endpoint=url,
            sts_endpoint=url,
        )
        server.shutdown()
        thread.join()


def build_source(
    settings: HistorySettings, *places: tuple[str, str], sleeps: list[float] | None = None
) -> LookupSource:
    session = HistorySession(settings)
    return LookupSource(
        lambda _account, region: session.client("cloudtrail", region),
        places or [(ACCOUNT, "us-east-1")],
        SINCE,
        UNTIL,
        (sleeps if sleeps is not None else []).append,
        lambda: 0.0,
    )


async def run(log: Any, source: LookupSource, finished: Any = None) -> ImportSummary:
    importer = Importer(Recorder(log), batch_records=50, concurrency=2)
    tally = await importer.run([source], lambda *_: None, finished=finished)
    await importer.cover([source], tally)
    return tally.build_summary(None)


async def test_every_page_of_every_day_is_read_and_only_writes_are_asked_for(
    trail: Trail, settings: HistorySettings
) -> None:
    summary = await run(InMemoryEventLog(), build_source(settings))

    assert (summary.recorded, summary.rejected) == (len(RECORDS), 0)
    assert len(trail.requests) == 4  # three pages of the first day, one of the second
    assert all(
        request["LookupAttributes"] == [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
        for _, _, request in trail.requests
    )


async def test_the_pace_is_two_requests_a_second_for_each_account_and_region(
    settings: HistorySettings,
) -> None:
    sleeps: list[float] = []

    await run(InMemoryEventLog(), build_source(settings, sleeps=sleeps))

    # The clock of this test stands still, so each request waits for all before it.
    assert sleeps == [0.5, 1.0, 1.5]


async def test_a_second_lookup_reads_no_finished_day_again_and_records_nothing(
    trail: Trail, settings: HistorySettings, tmp_path: Path
) -> None:
    log = InMemoryEventLog()
    with FinishedUnitsFile(tmp_path / "finished", "scope") as finished:
        await run(log, build_source(settings), finished)
        asked = len(trail.requests)
        second = await run(log, build_source(settings), finished)

    assert len(trail.requests) == asked
    assert (second.recorded, second.duplicate, second.events) == (0, len(RECORDS), 0)


async def test_a_region_that_refuses_is_reported_and_the_others_go_on(
    trail: Trail, settings: HistorySettings
) -> None:
    trail.refused = {"eu-west-1"}
    log = InMemoryEventLog()

    summary = await run(log, build_source(settings, (ACCOUNT, "eu-west-1"), (ACCOUNT, "us-east-1")))

    covered = {
        event.stream_id: event.data async for event in log.scan() if event.event_type.startswith("coverage")
    }
    assert summary.recorded == len(RECORDS)
    assert "cloudtrail:LookupEvents" in summary.broken_files[0].reason
    assert covered[f"coverage/{ACCOUNT}/eu-west-1"]["denied"] == ["cloudtrail:LookupEvents"]
    assert covered[f"coverage/{ACCOUNT}/us-east-1"] == {
        "capture": "lookup",
        "covers_from": "2026-10-01T00:00:00Z",
        "covers_to": "2026-10-03T00:00:00Z",
        "resources": {"records": len(RECORDS)},
    }


def test_the_command_asks_for_what_cloudtrail_still_has(settings: HistorySettings) -> None:
    ancient = Selection(regions=frozenset({"us-east-1"}), since=datetime(2010, 1, 1, tzinfo=UTC))

    (source,) = build_lookup_sources(ancient, settings)

    (scan,) = source.list_scans()
    assert (scan.account_id, scan.region) == (ACCOUNT, "us-east-1")
    assert timedelta(days=89) < scan.covers_to - scan.covers_from <= timedelta(days=90)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), "--regions"),
        (Selection(regions=frozenset({"us-east-1"}), accounts=frozenset({OTHER})), "--role"),
        (Selection(regions=frozenset({"us-east-1"}), until=datetime(2010, 1, 1, tzinfo=UTC)), "90 days"),
    ],
)
def test_a_lookup_that_cannot_be_done_says_what_to_change(
    settings: HistorySettings, selection: Selection, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        build_lookup_sources(selection, settings)
