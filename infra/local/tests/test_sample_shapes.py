"""The records have the shapes of real ones, in both encodings."""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest

from ami_lineage_local.sample import SampleSummary, generate

Json = dict[str, Any]
EC2 = "ec2.amazonaws.com"
NEWER_OPERATIONS = {
    "AttachImageWatermark",
    "CancelImageLaunchPermission",
    "CreateFleet",
    "CreateLaunchTemplate",
    "CreateLaunchTemplateVersion",
    "CreateReplaceRootVolumeTask",
    "CreateRestoreImageTask",
    "CreateSnapshots",
    "CreateStoreImageTask",
    "DetachImageWatermark",
    "DisableImage",
    "DisableImageDeprecation",
    "DisableImageDeregistrationProtection",
    "EnableImage",
    "EnableImageDeprecation",
    "EnableImageDeregistrationProtection",
    "ModifyLaunchTemplate",
    "RestoreImageFromRecycleBin",
}
LEGACY_OPERATIONS = {
    "AttachVolume",
    "CopyImage",
    "CopySnapshot",
    "CreateImage",
    "CreateSnapshot",
    "CreateTags",
    "CreateVolume",
    "DeleteSnapshot",
    "DeleteTags",
    "DeregisterImage",
    "DetachVolume",
    "ImportImage",
    "ImportSnapshot",
    "ModifyImageAttribute",
    "ModifySnapshotAttribute",
    "RegisterImage",
    "RequestSpotInstances",
    "ResetImageAttribute",
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "TerminateInstances",
}
OPERATIONS = LEGACY_OPERATIONS | NEWER_OPERATIONS
# The top level of a real record of a management event (invictus-ir/aws_dataset, eventVersion 1.08).
ENVELOPE = {
    "awsRegion",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "responseElements",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[SampleSummary, list[Json]]:
    out = tmp_path_factory.mktemp("sample")
    summary = generate(out, accounts=12, images=300, days=90, seed=7)
    return summary, list(read(out))


def read(out: Path) -> Iterator[Json]:
    for path in sorted(out.rglob("*.json.gz")):
        yield from json.loads(gzip.decompress(path.read_bytes()))["Records"]


def relevant(records: list[Json]) -> list[Json]:
    return [each for each in records if each["eventSource"] == EC2 and each["eventName"] in OPERATIONS]


def is_wrapped(record: Json) -> bool:
    request = record.get("requestParameters") or {}
    return any(key.endswith("Request") for key in request)


def values(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from values(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from values(inner, key)


def test_envelope_is_that_of_a_real_record(sample: tuple[SampleSummary, list[Json]]) -> None:
    for record in sample[1]:
        optional = {"errorCode", "errorMessage", "serviceEventDetails", "sharedEventID", "addendum"}
        missing = {"tlsDetails"} if "invokedBy" in record["userIdentity"] else set()
        if "requestParameters" not in record:
            missing |= {"requestParameters", "responseElements"}
        if record["eventName"].startswith("SharedSnapshot"):
            missing |= {"requestID"}
        assert set(record) - optional == ENVELOPE - missing
        assert record["eventVersion"] == "1.11"
        assert re.fullmatch(
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", record["eventID"]
        )


def test_request_id_is_repeated_in_the_response(sample: tuple[SampleSummary, list[Json]]) -> None:
    for record in relevant(sample[1]):
        response = record.get("responseElements")
        if response:
            inner = response.get(f"{record['eventName']}Response", response)
            assert inner["requestId"] == record["requestID"]


def test_every_operation_occurs_in_both_encodings(sample: tuple[SampleSummary, list[Json]]) -> None:
    seen: dict[str, set[bool]] = defaultdict(set)
    for record in relevant(sample[1]):
        if record.get("responseElements"):
            seen[record["eventName"]].add(is_wrapped(record))
    assert seen == {operation: {True, False} for operation in OPERATIONS}


@pytest.mark.parametrize(
    ("operations", "least", "most"), [(LEGACY_OPERATIONS, 0.1, 0.25), (NEWER_OPERATIONS, 0.7, 0.9)]
)
def test_the_encoding_that_is_usual_for_an_operation_is_usual(
    sample: tuple[SampleSummary, list[Json]], operations: set[str], least: float, most: float
) -> None:
    records = [each for each in relevant(sample[1]) if each["eventName"] in operations]
    assert least < sum(is_wrapped(each) for each in records) / len(records) < most


def test_a_correction_names_the_record_that_it_corrects(sample: tuple[SampleSummary, list[Json]]) -> None:
    records = {record["eventID"]: record for record in sample[1]}
    corrections = [record for record in sample[1] if "addendum" in record]
    assert corrections
    for record in corrections:
        original = records[record["addendum"]["originalEventID"]]
        assert original["requestParameters"] is None
        assert record["requestParameters"]
        assert original["responseElements"] == record["responseElements"]
        assert original["requestID"] == record["addendum"]["originalRequestID"]


def test_wrapped_keys_are_names_of_the_query_protocol(sample: tuple[SampleSummary, list[Json]]) -> None:
    model = botocore.loaders.Loader().load_service_model("ec2", "service-2")
    allowed_requests = {each: query_names(model, each) for each in OPERATIONS}
    for record in relevant(sample[1]):
        if is_wrapped(record):
            operation = record["eventName"]
            assert set(record["requestParameters"]) == {f"{operation}Request"}
            assert set(record["requestParameters"][f"{operation}Request"]) <= allowed_requests[operation]
            assert set(record["responseElements"] or {}) <= {f"{operation}Response"}


def query_names(model: Json, operation: str) -> set[str]:
    shape = model["operations"][operation]["input"]["shape"]
    names = set()
    for name, member in model["shapes"][shape]["members"].items():
        location = member.get("locationName", name)
        names.add(member.get("queryName", location[0].upper() + location[1:]))
    return names


def test_wrapped_lists_and_sets_have_their_real_forms(sample: tuple[SampleSummary, list[Json]]) -> None:
    forms = Counter()
    for record in relevant(sample[1]):
        if not is_wrapped(record):
            continue
        text = json.dumps([record["requestParameters"], record["responseElements"]])
        forms["one"] += '{"tag": 1, "content":' in text
        forms["several"] += '[{"tag": 1, "content":' in text
        forms["typed"] += '"Value": true' in text or '"value": true' in text
        forms["item"] += '{"item": {' in text
        forms["items"] += '{"item": [' in text
        forms["empty"] += '"productCodes": ""' in text
        assert '"items"' not in text
        assert "{}" not in text
        assert "_return" not in text
    assert all(forms[each] for each in ("one", "several", "typed", "item", "items", "empty"))


def test_times_are_milliseconds_or_text_as_aws_has_them(sample: tuple[SampleSummary, list[Json]]) -> None:
    for record in relevant(sample[1]):
        for key in ("launchTime", "createTime", "startTime", "attachTime"):
            for value in values(record.get("responseElements"), key):
                if is_wrapped(record):
                    assert re.fullmatch(r"20..-..-..T..:..:..\.[0-9]{3}Z", value)
                else:
                    assert isinstance(value, int)
                    assert value > 10**12
        if (
            record["eventName"] == "CreateSnapshot"
            and record.get("responseElements")
            and not is_wrapped(record)
        ):
            assert isinstance(record["responseElements"]["volumeSize"], str)


def test_launches_name_no_volume_and_most_name_the_root_device(
    sample: tuple[SampleSummary, list[Json]],
) -> None:
    launched = [
        each
        for record in relevant(sample[1])
        if record["eventName"] == "RunInstances" and record.get("responseElements") and not is_wrapped(record)
        for each in record["responseElements"]["instancesSet"]["items"]
    ]
    assert all(each["blockDeviceMapping"] == {} for each in launched)
    named = sum("rootDeviceName" in each for each in launched)
    assert 0.9 * len(launched) < named < len(launched)
    assert all(re.fullmatch(r"ami-[0-9a-f]{17}", each["imageId"]) for each in launched)


def test_callers_are_roles_users_and_auto_scaling(sample: tuple[SampleSummary, list[Json]]) -> None:
    identities = [each["userIdentity"] for each in relevant(sample[1])]
    assert {each["type"] for each in identities} == {"AssumedRole", "IAMUser"}
    assert {each.get("invokedBy") for each in identities} == {
        None,
        "autoscaling.amazonaws.com",
        "backup.amazonaws.com",
        "dlm.amazonaws.com",
        "ec2fleet.amazonaws.com",
        "imagebuilder.amazonaws.com",
        "spot.amazonaws.com",
    }
    roles = [each for each in identities if each["type"] == "AssumedRole"]
    issuers = [each["sessionContext"]["sessionIssuer"]["arn"] for each in roles]
    assert {each.split(":")[1] for each in issuers} == {"aws", "aws-cn", "aws-us-gov"}
    assert {"sourceIdentity" in each["sessionContext"] for each in roles} == {True, False}
