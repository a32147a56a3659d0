"""Every real record is recorded, ignored or rejected as the tables beside this file say."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.domain.normaliser import normalise
from ingest.domain.outcome import Normalised

CHECKOUT = Path(__file__).parents[3]
REAL = CHECKOUT.parent / "shared" / "data" / "cloudtrail"
TABLE = [
    (row["file"], row["outcome"])
    for row in csv.DictReader((Path(__file__).parent / "real_records.csv").read_text("utf-8").splitlines())
]


def describe(normalised: Normalised) -> str:
    if normalised.ignored is not None:
        return f"ignored: {normalised.ignored}"
    if normalised.rejected is not None:
        return f"rejected: {normalised.rejected}"
    return "; ".join(f"{event.event_type} {event.stream_id}" for event in normalised.events)


@pytest.mark.parametrize(("name", "outcome"), TABLE, ids=[name for name, _ in TABLE])
def test_a_real_record_gives_what_the_table_says(name: str, outcome: str) -> None:
    assert describe(normalise(json.loads((REAL / name).read_bytes()))) == outcome


def test_the_table_names_every_real_record() -> None:
    named = {name for name, _ in TABLE if name.startswith("records/")}

    assert named == {str(path.relative_to(REAL)) for path in (REAL / "records").rglob("*.json")}


def all_documents() -> Iterator[tuple[Path, object]]:
    for folder in ("records", "eventbridge"):
        for path in sorted((REAL / folder).rglob("*.json")):
            yield path, json.loads(path.read_bytes())
    for path in sorted((REAL / "captures").rglob("*.json")):
        for record in json.loads(path.read_bytes())["Records"]:
            yield path, record


def name_document(document: object) -> str:
    assert isinstance(document, dict)
    record = document if "eventName" in document else document["detail"]
    if "eventName" in record:
        return f"{record['eventSource'].removesuffix('.amazonaws.com')} {record['eventName']}"
    return f"{document.get('source')}: {document['detail-type']}"


def name_outcome(normalised: Normalised) -> str:
    if normalised.events:
        types = dict.fromkeys(event.event_type for event in normalised.events)
        return f"recorded: {', '.join(types)}"
    return describe(normalised)


def test_every_real_record_by_its_name_comes_out_as_the_table_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The table is ``real_outcomes.csv``; names of other services that are ignored are left out of it."""
    counted: Counter[tuple[str, str]] = Counter()
    for _, document in all_documents():
        normalised = normalise(document)
        outcomes = [bool(normalised.events), normalised.ignored is not None, normalised.rejected is not None]
        assert outcomes.count(True) == 1
        if normalised.ignored not in ("another service", "a read"):
            counted[name_document(document), name_outcome(normalised)] += 1
    rows = [f"{name},{number},{outcome}" for (name, outcome), number in sorted(counted.items())]

    with capsys.disabled():
        sys.stdout.write("\n".join(["", "name,records,outcome", *rows, ""]))

    table = (Path(__file__).parent / "real_outcomes.csv").read_text("utf-8").splitlines()
    assert rows == table[1:]


def test_the_captures_of_an_attack_are_understood_without_a_rejected_record() -> None:
    for path, document in all_documents():
        if "captures" in path.parts:
            assert normalise(document).rejected is None, path


def test_an_event_that_is_not_understood_is_ignored_by_the_name_of_its_type() -> None:
    for path, document in all_documents():
        if "guardduty-finding" in path.parts:
            assert normalise(document).ignored == "not understood yet: GuardDuty Finding"


def test_a_launch_keeps_what_its_response_says() -> None:
    record = json.loads((REAL / "records/RunInstances/invictus-ir-aws-dataset-3.json").read_bytes())

    (event,) = normalise(record).events

    assert event.data["image_id"] == record["responseElements"]["instancesSet"]["items"][0]["imageId"]
    assert event.data["launched_at"].startswith("2023-07-10T11:55:")
    assert event.source.record_id == record["eventID"]
    assert event.actor is not None
    assert event.actor.arn == record["userIdentity"]["arn"]
