"""Every real record is recorded, ignored or rejected as the table beside this file says."""

import csv
import json
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
    for path in sorted((REAL / "eventbridge").rglob("*.json")):
        yield path, json.loads(path.read_bytes())
    for path in sorted((REAL / "captures").rglob("*.json")):
        for record in json.loads(path.read_bytes())["Records"]:
            yield path, record


def test_every_capture_and_event_has_exactly_one_outcome() -> None:
    outcomes = [normalise(document) for _, document in all_documents()]

    assert len(outcomes) > 1000
    assert all(
        [bool(each.events), each.ignored is not None, each.rejected is not None].count(True) == 1
        for each in outcomes
    )


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
