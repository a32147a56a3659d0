"""The normaliser is total and deterministic, whatever a record holds."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
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


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, entry in entries:
        found.extend(places(entry, (*path, key)))
    return found


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.lists(anything, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_mutated_record_has_exactly_one_outcome(
    seed: dict[str, Any], values: list[Any], chance: random.Random
) -> None:
    record = copy.deepcopy(seed)
    for value in values:
        put(record, chance.choice(places(record)), value)

    normalised = normalise(record)

    outcomes = [bool(normalised.events), normalised.ignored is not None, normalised.rejected is not None]
    assert outcomes.count(True) == 1
    assert normalise(copy.deepcopy(record)) == normalised or "NaN" in json.dumps(record)


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
    assert normalise(REGISTER | {"eventSource": "appstream.amazonaws.com"}).ignored == "another service"


def test_an_unknown_write_that_names_images_is_ignored_by_name_with_the_ids() -> None:
    normalised = normalise(REGISTER | {"eventName": "EnableFastLaunch"})

    assert normalised.ignored == "not understood yet: EnableFastLaunch"
    assert "ami-0aa1d83d0b0985c86" in normalised.not_understood


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


def test_an_image_state_change_of_eventbridge_is_recorded_under_its_id() -> None:
    envelope = {
        "id": "7bf73129",
        "detail-type": "EC2 AMI State Change",
        "source": "aws.ec2",
        "account": "111122223333",
        "time": "2026-11-23T12:00:00Z",
        "region": "cn-north-1",
        "detail": {"ImageId": "ami-0abc", "State": "failed", "ErrorMessage": "no space"},
    }

    normalised = normalise(envelope)

    assert normalised.record_id == "7bf73129"
    (event,) = normalised.events
    assert event.stream_id == "image/aws-cn/cn-north-1/ami-0abc"
    assert event.data == {"state": "failed", "reason": "no space"}
    assert event.source.kind == "eventbridge"
