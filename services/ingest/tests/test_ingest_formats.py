"""The same records give the same events, whatever wrote them down; what can be misread is refused by name."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from event_log import InMemoryEventLog
from ingest.adapters.file_source import FileSource
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.formats.query_text import AmbiguousTextError, parse_map, parse_row
from ingest.adapters.record_files import read_file
from ingest.application.importer import Importer
from ingest.application.recording import Recorder
from ingest.application.selection import EVERYTHING
from ingest.application.summary import ImportSummary
from ingest.domain.normaliser import normalise

REAL = Path(__file__).parents[4] / "shared" / "data" / "cloudtrail"
LIMITS = FileLimits(file_bytes=50_000_000, unpacked_bytes=50_000_000, document_bytes=20_000_000)
COLUMNS = [
    "eventversion",
    "useridentity",
    "eventtime",
    "eventsource",
    "eventname",
    "awsregion",
    "sourceipaddress",
    "useragent",
    "errorcode",
    "errormessage",
    "requestparameters",
    "responseelements",
    "additionaleventdata",
    "requestid",
    "eventid",
    "readonly",
    "resources",
    "eventtype",
    "recipientaccountid",
    "serviceeventdetails",
    "sharedeventid",
    "vpcendpointid",
]
STRUCTS = ("useridentity", "resources")
MAPS = ("requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails")
Rejects = list[tuple[str, str]]


def load_records() -> list[dict[str, Any]]:
    """Real records, one of each id, that give events."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(REAL.rglob("*.json*")):
        for record in read_file(path, LIMITS):
            if isinstance(record, dict) and "eventID" in record and normalise(record).events:
                found[record["eventID"]] = record
    return list(found.values())


RECORDS = load_records()


def to_row(record: dict[str, Any]) -> dict[str, Any]:
    lower = {name.lower(): value for name, value in record.items()}
    return {name: lower.get(name) for name in COLUMNS}


def lower_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): lower_names(inner) for name, inner in value.items()}
    return [lower_names(inner) for inner in value] if isinstance(value, list) else value


def to_query_text(value: Any) -> str:
    """As Athena prints rows and lists."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={to_query_text(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_query_text, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def to_json(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def to_string_map(value: Any) -> dict[str, str] | None:
    """As Lake keeps parameters: one level of text."""
    if value is None:
        return None
    return {
        name: json.dumps(inner) if isinstance(inner, dict | list) else to_query_text(inner)
        for name, inner in value.items()
    }


def to_athena(record: dict[str, Any], *, text: bool) -> dict[str, Any]:
    row = to_row(record)
    for name in MAPS:
        row[name] = to_json(row[name])
    for name in STRUCTS:
        row[name] = lower_names(row[name])
        if text and row[name] is not None:
            row[name] = to_query_text(row[name])
    return row


def to_lake(record: dict[str, Any], *, text: bool) -> dict[str, Any]:
    row = to_athena(record, text=text)
    row["eventtime"] = record["eventTime"].replace("T", " ").replace("Z", ".000")
    for name in MAPS:
        value = to_string_map(to_row(record)[name])
        row[name] = to_query_text(value) if text and value is not None else value
    return row


def write_csv(rows: Iterable[dict[str, Any]], columns: Iterable[str] = COLUMNS) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(columns), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: "" if value is None else value for name, value in row.items()})
    return out.getvalue().encode()


def write_parquet(rows: list[dict[str, Any]], *, maps: bool) -> bytes:
    identity = pa.struct(
        [
            *(
                pa.field(name, pa.string())
                for name in ("type", "principalid", "arn", "accountid", "invokedby")
            ),
            pa.field(
                "sessioncontext",
                pa.struct(
                    [
                        pa.field("sourceidentity", pa.string()),
                        pa.field("sessionissuer", pa.struct([pa.field("arn", pa.string())])),
                    ]
                ),
            ),
        ]
    )
    inner = pa.map_(pa.string(), pa.string()) if maps else pa.string()
    kinds = {**dict.fromkeys(MAPS, inner), "useridentity": identity}
    columns = [name for name in COLUMNS if name != "resources"]
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns])
    flat = [
        {
            name: list(row[name].items())
            if isinstance(row[name], dict) and name in MAPS
            else (str(row[name]) if row[name] is not None and name not in kinds else row[name])
            for name in columns
        }
        for row in rows
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(flat, schema=schema), out)
    return out.getvalue()


def write_athena_answer(records: list[dict[str, Any]]) -> bytes:
    rows = [to_athena(record, text=True) for record in records]
    header = [{"VarCharValue": name} for name in COLUMNS]
    body = [
        [{} if row[name] is None else {"VarCharValue": str(row[name])} for name in COLUMNS] for row in rows
    ]
    info = [{"Name": name, "Type": "varchar"} for name in COLUMNS]
    data = [{"Data": cells} for cells in (header, *body)]
    return json.dumps({"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": info}}}).encode()


def wrap(record: dict[str, Any]) -> dict[str, Any]:
    return {"id": "x", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "detail": record}


def dump_lines(values: Iterable[Any]) -> bytes:
    return b"\n".join(json.dumps(value).encode() for value in values)


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "trail.json": lambda records: json.dumps({"Records": records}).encode(),
    "trail.json.gz": lambda records: gzip.compress(json.dumps({"Records": records}).encode()),
    "records.jsonl": dump_lines,
    "envelopes.jsonl": lambda records: dump_lines(map(wrap, records)),
    "envelopes.json": lambda records: json.dumps(list(map(wrap, records))).encode(),
    "lookup.json": lambda records: json.dumps(
        {"Events": [{"EventId": each["eventID"], "CloudTrailEvent": json.dumps(each)} for each in records]}
    ).encode(),
    "athena.csv": lambda records: write_csv(to_athena(each, text=True) for each in records),
    "athena.csv.gz": lambda records: gzip.compress(write_csv(to_athena(each, text=True) for each in records)),
    "athena.parquet": lambda records: write_parquet(
        [to_athena(each, text=False) for each in records], maps=False
    ),
    "20261124_unload_without_ending": lambda records: write_parquet(
        [to_athena(each, text=False) for each in records], maps=False
    ),
    "athena-unload.json.gz": lambda records: gzip.compress(
        dump_lines(to_athena(each, text=False) for each in records)
    ),
    "athena-answer.json": write_athena_answer,
    "lake-eventjson.csv": lambda records: write_csv(
        ({"eventJson": json.dumps(each)} for each in records), ["eventJson"]
    ),
    "lake.parquet": lambda records: write_parquet([to_lake(each, text=False) for each in records], maps=True),
    "lake-answer.json": lambda records: json.dumps(
        {
            "QueryStatus": "FINISHED",
            "QueryResultRows": [[{"eventJson": json.dumps(each)}] for each in records],
        }
    ).encode(),
    "lake-rows.json": lambda records: json.dumps([to_lake(each, text=False) for each in records]).encode(),
}


async def run(*paths: Path, limits: FileLimits = LIMITS) -> tuple[ImportSummary, dict[str, Any], Rejects]:
    log = InMemoryEventLog()
    rejects: Rejects = []
    importer = Importer(Recorder(log), batch_records=50, concurrency=2)
    tally = await importer.run(
        [FileSource(paths, limits, EVERYTHING)], lambda place, reason, _: rejects.append((place, reason))
    )
    events = {
        str(event.event_id): event.model_dump(mode="json", exclude={"recorded_at"})
        async for event in log.scan()
    }
    return tally.build_summary(None), events, rejects


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    events = [event for record in RECORDS for event in normalise(record).events]
    return {str(each.event_id): each.model_dump(mode="json", exclude={"recorded_at"}) for each in events}


@pytest.mark.parametrize("name", WRITERS)
async def test_real_records_give_the_same_events_from_every_format(
    tmp_path: Path, name: str, expected: dict[str, Any]
) -> None:
    (tmp_path / name).write_bytes(WRITERS[name](RECORDS))

    summary, events, rejects = await run(tmp_path / name)

    assert len(RECORDS) > 60
    assert rejects == []
    assert events == expected
    assert summary.recorded == len(RECORDS)


async def test_the_text_of_lake_s_maps_gives_the_same_events_or_says_that_it_can_be_misread(
    tmp_path: Path, expected: dict[str, Any]
) -> None:
    (tmp_path / "lake.csv").write_bytes(write_csv(to_lake(each, text=True) for each in RECORDS))

    summary, events, rejects = await run(tmp_path / "lake.csv")

    assert {key: event for key, event in expected.items() if key in events} == events
    assert summary.recorded > len(RECORDS) * 0.8
    assert summary.recorded + summary.rejected == len(RECORDS)
    assert all("eventJson" in reason for _, reason in rejects)


def test_a_description_cannot_forge_a_parameter() -> None:
    forged = "{description=innocent, sourceImageId=ami-0000000b, name=x, sourceImageId=ami-0000000a}"
    hidden = "{name=x, description=innocent, sourceImageId=ami-0000000b}"
    twice = "{kernelId=x, sourceImageId=ami-0000000b, sourceImageId=ami-0000000a}"

    for text in (forged, hidden, twice):
        with pytest.raises(AmbiguousTextError):
            parse_map(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (
            "{imageId=ami-1, name=a {b}, noReboot=true}",
            {"imageId": "ami-1", "name": "a {b}", "noReboot": "true"},
        ),
        ('{set={"items": [{"a": "x, y=z"}]}, b=null}', {"set": {"items": [{"a": "x, y=z"}]}, "b": None}),
        ("{name=x, description=[1, 2]}", {"name": "x", "description": "[1, 2]"}),
    ],
)
def test_the_text_of_a_map_is_read_as_it_was_meant(text: str, value: dict[str, Any]) -> None:
    assert parse_map(text) == value


@pytest.mark.parametrize("text", ["", "{", "a=b", "{a}", "{a={b=}", "{a=[}", '{a={"b": 1}x, c=d}'])
def test_text_that_is_no_map_or_row_is_refused(text: str) -> None:
    with pytest.raises(AmbiguousTextError):
        parse_map(text)
    if text != '{a={"b": 1}x, c=d}':
        with pytest.raises(AmbiguousTextError):
            parse_row(text)


@pytest.mark.parametrize("missing", ["errorcode", "responseelements", "useridentity", "recipientaccountid"])
async def test_a_result_without_a_column_that_decides_is_refused_by_name(
    tmp_path: Path, missing: str
) -> None:
    columns = [name for name in COLUMNS if name != missing]
    rows = [{k: v for k, v in to_athena(each, text=True).items() if k != missing} for each in RECORDS[:2]]
    (tmp_path / "result.csv").write_bytes(write_csv(rows, columns))

    summary, events, rejects = await run(tmp_path / "result.csv")

    assert events == {}
    assert missing in rejects[0][1]
    assert "select *" in rejects[0][1]
    assert summary.broken_files[0].path.endswith("result.csv")


async def test_a_row_that_does_not_say_whether_the_call_failed_is_refused(tmp_path: Path) -> None:
    row = to_athena(RECORDS[0], text=False)
    bare = {k: v for k, v in row.items() if k not in ("errorcode", "responseelements")}
    (tmp_path / "rows.jsonl").write_text(json.dumps(bare))

    summary, _, rejects = await run(tmp_path / "rows.jsonl")

    assert summary.rejected == 1
    assert "failed call" in rejects[0][1]


async def test_a_parquet_file_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    rows = [to_athena({**RECORDS[0], "userAgent": "x" * 100_000}, text=False)] * 100
    (tmp_path / "bomb.parquet").write_bytes(write_parquet(rows, maps=False))
    small = FileLimits(file_bytes=10**9, unpacked_bytes=10_000, document_bytes=10_000)

    summary, _, rejects = await run(tmp_path / "bomb.parquet", limits=small)

    assert summary.rejected == 1
    assert "UNPACKED_BYTES" in rejects[0][1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.parquet", b"PAR1 and no more"),
        ("cut.csv", b'eventid,eventname,eventjson\n"never closed'),
        ("latin.csv", b"eventjson\n\xe4"),
        ("short.csv", b"eventid,eventjson\nonly-one\n"),
        ("cut.csv.gz", gzip.compress(b"eventjson\n{}", mtime=0)[:-9]),
    ],
)
async def test_a_damaged_result_is_reported_and_the_rest_goes_on(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "zzz.json").write_text(json.dumps(RECORDS[0]))

    summary, _, rejects = await run(tmp_path)

    assert (summary.recorded, summary.rejected) == (1, 1)
    assert name in rejects[0][0]
