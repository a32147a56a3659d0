"""Each operation of the registry says the same in both of CloudTrail's encodings: ``operation_cases/*.json``."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ami_lineage_contracts.events.registry import read_payload
from ami_lineage_contracts.stream_ids import stream_kind
from ingest.domain.normaliser import normalise
from ingest.domain.registry import OPERATION_OF, OPERATIONS

Json = dict[str, Any]
ACCOUNT = "012345678901"
CASES: list[Json] = [
    case
    for path in sorted((Path(__file__).parent / "operation_cases").glob("*.json"))
    for case in json.loads(path.read_text("utf-8"))
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source']}-{case['operation']}")
each_encoding = pytest.mark.parametrize("encoding", ["lower camel", "wrapped"])


def build_record(case: Json, **changed: Any) -> Json:
    return {
        "eventVersion": "1.11",
        "eventID": "00000000-0000-4000-8000-000000000001",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": case["source"],
        "eventName": case["operation"],
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ann"},
        "requestParameters": case["request"],
        "responseElements": case["response"],
        "readOnly": False,
        **case.get("more", {}),
        **changed,
    }


def encode(record: Json, encoding: str) -> Json:
    return record if encoding == "lower camel" else wrap(record)


NAMES = {
    "tagSet": "Tag",
    "tags": "Tag",
    "tagSpecificationSet": "TagSpecification",
    "zone": "AvailabilityZone",
    "launchTemplateVersionSet": "LaunchTemplateVersion",
}
MEMBERS = {"resourcesSet": ("ResourceId", "resourceId"), "instancesSet": ("InstanceId", "instanceId")}


def wrap_request(operation: str, value: Any) -> Any:
    """What the other encoding makes of a request (AWS_FACTS 2.2)."""
    if isinstance(value, list):
        entries = [
            {**wrap_request(operation, entry), "tag": number}
            if isinstance(entry, dict)
            else {"tag": number, "content": entry}
            for number, entry in enumerate(value, start=1)
        ]
        return entries[0] if len(entries) == 1 else entries
    if not isinstance(value, dict):
        return typed(value)
    wrapped: Json = {}
    for key, entry in value.items():
        if key == "instancesSet" and operation == "RunInstances":
            wrapped |= wrap_request(operation, entry["items"][0])
        elif key in MEMBERS:
            name, member = MEMBERS[key]
            wrapped[name] = wrap_request(operation, [each[member] for each in entry["items"]])
        else:
            inner = entry["items"] if isinstance(entry, dict) and "items" in entry else entry
            wrapped[NAMES.get(key, key[0].upper() + key[1:])] = wrap_request(operation, inner)
    return wrapped


def wrap_response(value: Any) -> Any:
    if isinstance(value, dict) and "items" in value:
        entries = [wrap_response(entry) for entry in value["items"]]
        return {"item": entries[0] if len(entries) == 1 else entries}
    if isinstance(value, list):
        return [wrap_response(entry) for entry in value]
    if isinstance(value, dict):
        return {key: wrap_response(entry) for key, entry in value.items()} or ""
    return typed(value)


def typed(value: Any) -> Any:
    """Text that looks like a boolean or a number loses its quotes."""
    if not isinstance(value, str):
        return value
    number = int(value) if value.isdigit() and (value == "0" or value[0] != "0") else value
    return {"true": True, "false": False}.get(value, number)


def wrap(record: Json) -> Json:
    wrapped, operation = copy.deepcopy(record), record["eventName"]
    if record["requestParameters"] is not None:
        wrapped["requestParameters"] = {
            f"{operation}Request": wrap_request(operation, record["requestParameters"])
        }
    if record["responseElements"] is not None:
        wrapped["responseElements"] = {
            f"{operation}Response": {"xmlns": "x", **(wrap_response(record["responseElements"]) or {})}
        }
    return wrapped


def test_every_operation_of_the_registry_has_a_case() -> None:
    assert {(case["source"], case["operation"]) for case in CASES} == {
        (operation.event_source, operation.event_name) for operation in OPERATIONS
    }
    assert len(CASES) == len(OPERATIONS)


@each_encoding
@each_case
def test_an_operation_gives_its_events_in_both_encodings(case: Json, encoding: str) -> None:
    normalised = normalise(encode(build_record(case), encoding))

    assert normalised.rejected is None
    assert [(event.event_type, event.stream_id) for event in normalised.events] == [
        (expected["type"], expected["stream"]) for expected in case["events"]
    ]
    for event, expected in zip(normalised.events, case["events"], strict=True):
        payload = read_payload(event).model_dump(mode="json")
        assert {name: payload[name] for name in expected["data"]} == expected["data"]


@each_case
def test_both_encodings_give_equal_events(case: Json) -> None:
    record = build_record(case)

    assert normalise(wrap(record)).events == normalise(record).events


@each_case
def test_an_operation_touches_the_streams_that_the_registry_says(case: Json) -> None:
    streams = OPERATION_OF[case["source"], case["operation"]].streams

    assert {stream_kind(event.stream_id) for event in normalise(build_record(case)).events} <= set(streams)


@each_encoding
@each_case
def test_a_failed_call_is_an_audit_fact_and_changes_nothing(case: Json, encoding: str) -> None:
    record = build_record(case, responseElements=None, errorCode="Client.UnauthorizedOperation")

    events = normalise(encode(record, encoding)).events

    assert events
    assert {event.event_type.partition(".")[2] for event in events} == {"operation_denied"}
    assert all(event.data["operation"] == case["operation"] for event in events)
    assert all(read_payload(event) for event in events)


@each_case
@pytest.mark.parametrize(
    "absent", [None, {}, {"omitted": True, "originalSize": 120000}, "", "<omitted>", [], 7]
)
def test_an_omitted_section_never_invents_and_never_crashes(case: Json, absent: Any) -> None:
    for request, response in ((absent, absent), (absent, case["response"]), (case["request"], absent)):
        record = build_record(case, requestParameters=request, responseElements=response)
        normalised = normalise(record)
        assert normalised.events or normalised.rejected or normalised.ignored
    nothing = build_record(
        case, requestParameters=absent, responseElements=absent, serviceEventDetails=absent
    )
    assert not normalise(nothing).events


@each_case
def test_every_spelling_of_omitted_reads_the_same(case: Json) -> None:
    section = "responseElements" if case["response"] else "requestParameters"
    null, absent, marker = (build_record(case) for _ in range(3))
    null[section] = None
    del absent[section]
    marker[section] = {"omitted": True, "originalSize": 131072, "reasonForOmission": "too large"}

    assert normalise(null).events == normalise(absent).events == normalise(marker).events


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("eu-west-1", "aws"),
        ("us-iso-east-1", "aws-iso"),
    ],
)
@each_case
def test_every_stream_is_in_the_partition_of_the_region(case: Json, region: str, partition: str) -> None:
    for event in normalise(build_record(case, awsRegion=region)).events:
        assert event.stream_id.split("/")[1] == partition
