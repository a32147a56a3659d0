"""The normaliser is total and deterministic, whatever a record holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.domain.normaliser import CORRECTION_VERSION, normalise

REAL = Path(__file__).parents[4] / "shared" / "data" / "cloudtrail" / "records"
SEEDS = [json.loads(path.read_bytes()) for path in sorted(REAL.rglob("*.json"))]
REGISTER = json.loads((REAL / "RegisterImage" / "invictus-ir-aws-dataset-1.json").read_bytes())

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(["ami-0a1b2c3d", "i-0a1b2c3d", "us-east-1", "2026-11-23T12:00:00Z", "", "-1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["items", "item", "tag", "content", "key", "Value", "ebs", "imageId"])
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_any_json_has_exactly_one_outcome(document: Any) -> None:
    normalised = normalise(document)

    assert (normalised.ignored is None) != (normalised.rejected is None)


@settings(max_examples=100, deadline=None)
@given(anything, anything)
def test_any_eventbridge_event_has_exactly_one_outcome(detail: Any, time: Any) -> None:
    for detail_type in ("EC2 AMI State Change", "EC2 Instance State-change Notification"):
        normalise({"source": "aws.ec2", "detail-type": detail_type, "time": time, "detail": detail})
        normalise(
            {"source": "aws.ec2", "detail-type": detail_type, "time": time, "detail": {"state": detail}}
        )


def test_a_record_gives_the_same_events_from_a_file_and_from_eventbridge() -> None:
    envelope = {
        "version": "0",
        "id": "another",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ec2",
        "account": "123837392027",
        "detail": REGISTER,
    }

    assert normalise(envelope) == normalise(REGISTER)
    assert normalise(envelope).record == REGISTER


@pytest.mark.parametrize(
    "time",
    ["2022-09-29 22:25:17", "2022-09-29T22:25:17.000000000Z", "2022-09-30T00:25:17+02:00", 1664490317000],
)
def test_times_are_read_in_every_spelling(time: object) -> None:
    (event, _) = normalise(REGISTER | {"eventTime": time}).events

    assert event.occurred_at.isoformat() == "2022-09-29T22:25:17+00:00"


@pytest.mark.parametrize("time", [None, "", "yyyy-mm-ddThh:mm:ssZ", "0001-01-01T00:00:00Z", True, [], 1e300])
def test_a_record_without_a_time_is_rejected_with_that_reason(time: object) -> None:
    assert "eventTime" in (normalise(REGISTER | {"eventTime": time}).rejected or "")


@pytest.mark.parametrize("region", [None, "", "us-east-1/x", 7, {}])
def test_a_record_without_a_region_is_rejected_with_that_reason(region: object) -> None:
    assert "awsRegion" in (normalise(REGISTER | {"awsRegion": region}).rejected or "")


def test_the_caller_is_the_owner_when_the_recipient_is_not_named() -> None:
    record = {key: value for key, value in REGISTER.items() if key != "recipientAccountId"}

    (event, _) = normalise(record).events

    assert event.data["owner_account_id"] == REGISTER["userIdentity"]["accountId"]


def test_a_record_without_an_id_gets_one_that_depends_on_its_content_alone() -> None:
    record = {key: value for key, value in REGISTER.items() if key != "eventID"}
    turned = dict(reversed(record.items()))

    first = normalise(record)

    assert (first.record_id or "").startswith("sha256-")
    assert normalise(turned).events == first.events
    assert normalise(record | {"userAgent": "other"}).record_id != first.record_id


def test_other_services_with_the_same_operation_names_are_ignored() -> None:
    assert normalise(REGISTER | {"eventSource": "appstream.amazonaws.com"}).ignored == (
        "RegisterImage of appstream.amazonaws.com"
    )


def test_a_read_is_ignored_whatever_it_names() -> None:
    assert normalise(REGISTER | {"eventName": "DescribeImages", "readOnly": True}).ignored == "a read"


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    correction = REGISTER | {
        "eventID": "later",
        "addendum": {"reason": "UPDATED_DATA", "originalEventID": REGISTER["eventID"]},
    }

    original, corrected = normalise(REGISTER), normalise(correction)

    assert corrected.record_id == "later"
    assert [event.event_id for event in corrected.events] == [event.event_id for event in original.events]
    assert corrected.events[0].normaliser_version == CORRECTION_VERSION + 1


def bury(value: object, depth: int) -> object:
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [bury(1, 3000), 10**5000, "\ud800", {"\ud800": 1}],
    ids=["deep", "long number", "no Unicode", "no Unicode as a name"],
)
def test_a_record_without_an_id_gets_one_however_deep_or_odd_its_content(value: object) -> None:
    record = {name: entry for name, entry in REGISTER.items() if name != "eventID"} | {"userAgent": value}

    normalised = normalise(record)

    assert (normalised.record_id or "").startswith("sha256-")
    assert normalised.record_id == normalise(dict(reversed(record.items()))).record_id
    assert normalised.record_id != normalise(record | {"userAgent": [value, 1]}).record_id


def test_an_id_that_is_buried_deep_is_found() -> None:
    record = REGISTER | {"eventName": "RemodelImage", "requestParameters": bury("ami-0a1b2c3d", 3000)}

    assert "ami-0a1b2c3d" in normalise(record).not_understood


@pytest.mark.parametrize("text", ["web\ud800", "\udfffweb", "ä\ud800"], ids=["end", "start", "umlaut"])
def test_text_that_is_no_unicode_can_still_be_written(text: str) -> None:
    request = REGISTER["requestParameters"] | {"name": text, "description": text}
    record = REGISTER | {"requestParameters": request, "addendum": {"originalEventID": text}}

    (event, *_) = normalise(record).events

    assert "?" in event.data["name"]
    assert event.model_dump_json()


def test_a_number_longer_than_python_writes_reads_as_absent() -> None:
    request = REGISTER["requestParameters"] | {"name": 10**5000}

    assert "name" not in normalise(REGISTER | {"requestParameters": request}).events[0].data
