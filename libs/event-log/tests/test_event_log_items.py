"""Bytes of items and the cutting of transactions."""

from typing import Any

import pytest
from event_log_world import STREAM, Clock, open_memory
from hypothesis import given
from hypothesis import strategies as st

from event_log import PermanentLogError, RawRecord, TransientLogError
from event_log.codec import DEFLATED, PLAIN, from_event_blob, from_record_blob, to_event_blob, to_record_blob
from event_log.dynamo.calls import check_skew
from event_log.dynamo.packing import MAX_BYTES, LogItem, build_event_item, build_transactions, cut_oversized

WORLD = open_memory(Clock())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(data=st.dictionaries(st.text(), JSON, max_size=5))
def test_an_event_comes_back_as_it_was(data: dict[str, Any]) -> None:
    event = WORLD.make_event(data=data)
    assert from_event_blob(to_event_blob(event)) == event


@given(content=st.dictionaries(st.text(st.characters()), JSON, max_size=5))
def test_a_record_comes_back_as_it_was(content: dict[str, Any]) -> None:
    record = RawRecord(record_id="r", content=content)
    assert from_record_blob("r", to_record_blob(record)) == record


def test_what_is_large_is_deflated_and_what_is_small_is_not() -> None:
    assert to_record_blob(RawRecord(record_id="r", content={}))[:1] == PLAIN
    large = to_record_blob(RawRecord(record_id="r", content={"text": "x" * 600}))
    assert large[:1] == DEFLATED
    assert len(large) < 100


@pytest.mark.parametrize(
    "blob", [b"", b"q{}", b"j", b"j{}", b"jno json", b"z", b"zjunk", to_event_blob(WORLD.make_event())[:-3]]
)
def test_an_unreadable_event_is_an_error(blob: bytes) -> None:
    with pytest.raises(PermanentLogError):
        from_event_blob(blob)


@pytest.mark.parametrize("blob", [b"", b"q{}", b"j", b"j[]", b"jno json", b"z", b"zjunk", b"j\xff"])
def test_an_unreadable_record_is_an_error(blob: bytes) -> None:
    with pytest.raises(PermanentLogError):
        from_record_blob("r", blob)


def test_an_event_that_json_cannot_say_is_named() -> None:
    event = WORLD.make_event(data={"half": "\ud800"})
    with pytest.raises(PermanentLogError, match=f"image.tagged {event.event_id} of {STREAM} is no JSON"):
        to_event_blob(event)


@given(text=st.text(min_size=1, max_size=300))
def test_the_size_of_an_item_counts_names_and_bytes(text: str) -> None:
    item = build_event_item(WORLD.make_event(data={"text": text}))
    counted = sum(
        len(name) + sum(len(one.encode() if isinstance(one, str) else one) for one in value.values())
        for name, value in item.attributes.items()
    )
    assert item.size == counted


ENTRIES = st.lists(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, MAX_BYTES // 3)), max_size=12), max_size=20
)


@given(entries=ENTRIES, most=st.integers(1, 8))
def test_transactions_hold_each_item_once_in_order_and_within_bounds(
    entries: list[list[tuple[int, int]]], most: int
) -> None:
    packed = [[LogItem((f"s{key}", "x"), {}, size) for key, size in entry] for entry in entries]
    transactions = list(build_transactions(packed, most))
    parts = [part for items in transactions for part in cut_oversized(items, most)]
    given_keys = list(dict.fromkeys(item.key for entry in packed for item in entry))
    assert [item.key for part in parts for item in part] == given_keys
    for part in parts:
        assert 1 <= len(part) <= most
        assert len(part) == 1 or sum(item.size for item in part) <= MAX_BYTES
        assert any(part == items for items in transactions) or _is_of_one_entry(part, packed)


def _is_of_one_entry(items: tuple[LogItem, ...], packed: list[list[LogItem]]) -> bool:
    return any({item.key for item in items} <= {item.key for item in entry} for entry in packed)


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=30))
def test_an_entry_that_fits_is_never_cut(sizes: list[int]) -> None:
    entries = [[LogItem((f"s{n}", str(m)), {}, 10) for m in range(size)] for n, size in enumerate(sizes)]
    transactions = list(build_transactions(entries, 4))
    for entry in entries:
        assert any({one.key for one in entry} <= {one.key for one in items} for items in transactions)


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_an_answer_that_does_not_say_its_time_proves_no_clock(headers: dict[str, str]) -> None:
    with pytest.raises(TransientLogError, match="no readable Date"):
        check_skew({"ResponseMetadata": {"HTTPHeaders": headers}}, WORLD.clock.now, 30.0)
