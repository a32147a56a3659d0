import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_lineage_contracts.stream_ids import (
    NAMED_KINDS,
    REGIONAL_KINDS,
    ResourceRef,
    StreamIdError,
    find_resource_kind,
    parse_resource_stream,
)

SEGMENT = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)
NAME = st.text(min_size=1, max_size=40)


@given(st.sampled_from(REGIONAL_KINDS), SEGMENT, SEGMENT, NAME)
def test_a_regional_stream_id_comes_back_whatever_the_id(
    kind: str, partition: str, region: str, name: str
) -> None:
    ref = ResourceRef(kind=kind, partition=partition, region=region, resource_id=name)

    assert parse_resource_stream(ref.stream_id) == ref


@given(st.sampled_from(NAMED_KINDS), SEGMENT, SEGMENT, SEGMENT, NAME)
def test_a_named_stream_id_comes_back_even_with_slashes_in_the_name(
    kind: str, partition: str, region: str, account_id: str, name: str
) -> None:
    ref = ResourceRef(kind=kind, partition=partition, region=region, account_id=account_id, resource_id=name)

    assert parse_resource_stream(ref.stream_id) == ref


@pytest.mark.parametrize(
    "text", ["", "image", "image/aws/us-east-1", "image/aws//ami-1", "picture/aws/us-east-1/ami-1"]
)
def test_what_names_no_resource_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(StreamIdError, match="image/aws/us-east-1/ami-0abc"):
        parse_resource_stream(text)


@pytest.mark.parametrize(
    ("resource_id", "kind"),
    [
        ("ami-1", "image"),
        ("snap-1", "snapshot"),
        ("i-1", "instance"),
        ("eni-1", None),
        ("ami-", None),
        ("ami", None),
    ],
)
def test_a_prefix_tells_the_kind(resource_id: str, kind: str | None) -> None:
    assert find_resource_kind(resource_id) == kind
