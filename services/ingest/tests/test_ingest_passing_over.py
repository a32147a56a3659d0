"""What is not in the registry: never dropped in silence where it names images, snapshots or volumes."""

from typing import Any

import pytest

from ingest.domain.normaliser import normalise
from ingest.domain.operations.operation import SOURCES
from ingest.domain.passing_over import KNOWN_UNCONCERNED
from ingest.domain.registry import OPERATION_OF

Json = dict[str, Any]


def build_record(source: str, name: str, **other: Any) -> Json:
    return {
        "eventID": "1",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-west-1",
        "recipientAccountId": "012345678901",
        "readOnly": False,
        **other,
    }


@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize("resource_id", ["ami-0a1b2c3d4e5f60718", "snap-0a1b2c3d", "vol-0a1b2c3d4e5f60718"])
@pytest.mark.parametrize(
    "place",
    [
        lambda text: {"requestParameters": {"deep": [{"er": {"content": text}}]}},
        lambda text: {"responseElements": {"arn": f"arn:aws:ec2:eu-west-1::image/{text}"}},
        lambda text: {"serviceEventDetails": {"id": text}},
        lambda text: {"additionalEventData": text},
        lambda text: {"resources": [{"ARN": f"arn:aws:ec2:eu-west-1::snapshot/{text}"}]},
        lambda text: {"errorCode": "Client.X", "errorMessage": f"The image '{text}' is gone"},
    ],
)
def test_an_unregistered_write_that_names_an_id_anywhere_is_counted_apart(
    source: str, resource_id: str, place: Any
) -> None:
    normalised = normalise(build_record(source, "RemodelImage", **place(resource_id)))

    name = "RemodelImage" if source == "ec2.amazonaws.com" else f"RemodelImage of {source}"
    assert normalised.ignored == f"not understood yet: {name}"
    assert normalised.not_understood == (resource_id,)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("appstream.amazonaws.com", "CreateImage"),
        ("sagemaker.amazonaws.com", "CreateImage"),
        ("elasticfilesystem.amazonaws.com", "CreateTags"),
        ("workspaces.amazonaws.com", "CopyImage"),
    ],
)
def test_the_same_name_of_another_service_is_ignored_by_name(source: str, name: str) -> None:
    normalised = normalise(build_record(source, name, requestParameters={"imageId": "ami-0a1b2c3d"}))

    assert normalised.ignored == f"{name} of {source}"


def test_other_services_and_reads_are_ignored_whatever_they_name() -> None:
    named = {"requestParameters": {"imageId": "ami-0a1b2c3d"}}

    assert normalise(build_record("s3.amazonaws.com", "PutObject", **named)).ignored == "another service"
    assert normalise(build_record("ec2.amazonaws.com", "GetImageAncestry", **named)).ignored == "a read"
    assert normalise(build_record("ec2.amazonaws.com", "DescribeImages", **named)).ignored == "a read"


def test_a_write_that_names_no_id_is_of_no_concern() -> None:
    assert normalise(build_record("ec2.amazonaws.com", "AssociateAddress")).ignored == "another EC2 operation"
    assert normalise(build_record("ssm.amazonaws.com", "SendCommand")).ignored == (
        "another operation of ssm.amazonaws.com"
    )


def test_what_is_known_to_change_nothing_is_not_in_the_registry_as_well() -> None:
    assert not KNOWN_UNCONCERNED.keys() & OPERATION_OF.keys()
    for (source, name), reason in KNOWN_UNCONCERNED.items():
        normalised = normalise(build_record(source, name, requestParameters={"imageId": "ami-0a1b2c3d"}))
        assert (normalised.ignored or "").endswith(reason)
        assert normalised.not_understood == ()


def test_a_service_may_carry_the_suffix_of_its_endpoint_in_china() -> None:
    record = build_record(
        "ec2.amazonaws.com.cn",
        "DeleteVolume",
        awsRegion="cn-north-1",
        requestParameters={"volumeId": "vol-0a1b2c3d"},
    )

    assert normalise(record).events[0].stream_id == "volume/aws-cn/cn-north-1/vol-0a1b2c3d"
