"""Events and records to items, and items to transactions: a record and its events stay together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import record_stream
from event_log.codec import to_event_blob, to_record_blob
from event_log.errors import PermanentLogError
from event_log.models import RawRecord
from event_log.table import (
    BODY,
    RAW_SORT,
    RECORDED_KEY,
    SHARD,
    SORT,
    STREAM,
    build_recorded_key,
    build_shard,
    build_sort_key,
)

MAX_BYTES: Final = 700_000
"""A transaction holds at most 4 MB (AWS_FACTS 4.2); far less, in base64, makes a body of 1 MB, and aiohttp
warns that sending a larger one holds up the event loop. A hundred usual items have a tenth of it."""
MAX_ITEM_BYTES: Final = 400_000
"""An item holds at most 400 KB with the names of its attributes (AWS_FACTS 4.2)."""

Attributes = dict[str, dict[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class LogItem:
    """One item to put: an event or a raw record. `size` in bytes, names of attributes included."""

    key: tuple[str, str]
    attributes: Attributes
    size: int
    event_id: UUID | None = None
    record_id: str | None = None


def build_event_item(event: EventEnvelope) -> LogItem:
    """The item of an event as it stands.

    Raises:
        PermanentLogError: no table can hold it.
    """
    sort = build_sort_key(event)
    texts = {
        STREAM: event.stream_id,
        SORT: sort,
        SHARD: build_shard(event.event_id),
        RECORDED_KEY: build_recorded_key(event.recorded_at, event),
    }
    attributes, size = _build_attributes(texts, to_event_blob(event))
    if size > MAX_ITEM_BYTES:
        raise PermanentLogError(
            f"the event {event.event_type} {event.event_id} of {event.stream_id} has {size} bytes,"
            f" and an item of the log at most {MAX_ITEM_BYTES}"
        )
    return LogItem((event.stream_id, sort), attributes, size, event_id=event.event_id)


def build_record_item(record: RawRecord) -> LogItem:
    """The item of a raw record.

    Raises:
        PermanentLogError: no table can hold it.
    """
    stream_id = record_stream(record.record_id)
    attributes, size = _build_attributes({STREAM: stream_id, SORT: RAW_SORT}, to_record_blob(record))
    if size > MAX_ITEM_BYTES:
        raise PermanentLogError(
            f"the record {record.record_id} has {size} bytes, and an item of the log at most {MAX_ITEM_BYTES}"
        )
    return LogItem((stream_id, RAW_SORT), attributes, size, record_id=record.record_id)


def _build_attributes(texts: dict[str, str], blob: bytes) -> tuple[Attributes, int]:
    attributes: Attributes = {name: {"S": text} for name, text in texts.items()}
    attributes[BODY] = {"B": blob}
    size = len(BODY) + len(blob) + sum(len(name) + len(text.encode()) for name, text in texts.items())
    return attributes, size


def build_transactions(entries: Iterable[Sequence[LogItem]], most: int) -> Iterator[tuple[LogItem, ...]]:
    """Whole entries, up to `most` items and MAX_BYTES together, in their order; no key occurs twice.

    An entry that alone exceeds the bounds comes alone: `cut_oversized` cuts it.
    """
    seen: set[tuple[str, str]] = set()
    batch: list[LogItem] = []
    size = 0
    for items in entries:
        fresh = []
        for item in items:
            if item.key not in seen:
                seen.add(item.key)
                fresh.append(item)
        needed = sum(item.size for item in fresh)
        if batch and (len(batch) + len(fresh) > most or size + needed > MAX_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch += fresh
        size += needed
    if batch:
        yield tuple(batch)


def cut_oversized(items: Sequence[LogItem], most: int) -> Iterator[tuple[LogItem, ...]]:
    """An entry that alone exceeds the bounds, in parts to be written one after the other."""
    batch: list[LogItem] = []
    size = 0
    for item in items:
        if batch and (len(batch) == most or size + item.size > MAX_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield tuple(batch)
