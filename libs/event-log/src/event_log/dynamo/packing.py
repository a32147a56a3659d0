"""Cuts a batch into transactions: a record and its events stay together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import record_stream
from event_log.codec import to_record_blob
from event_log.models import RecordEntry
from event_log.table import RAW_SORT, build_sort_key

MAX_BYTES: Final = 3_500_000
"""A transaction holds at most 4 MB (AWS_FACTS 4.2); keys and framing need some of it."""
MAX_ITEM_BYTES: Final = 390_000
"""An item holds at most 400 KB."""
EVENT_OVERHEAD: Final = 700


@dataclass(frozen=True, slots=True)
class LogItem:
    """One item to put: an event, or a raw record as bytes. `size` is an estimate that is never too small."""

    stream_id: str
    sort: str
    size: int
    event: EventEnvelope | None = None
    record_id: str | None = None
    record_blob: bytes = b""

    @property
    def key(self) -> tuple[str, str]:
        """The primary key."""
        return self.stream_id, self.sort

    @property
    def event_id(self) -> UUID | None:
        """Id of the event, None for a raw record."""
        return None if self.event is None else self.event.event_id


def _build_items(entry: RecordEntry) -> Iterator[LogItem]:
    """Events first: where an entry needs several transactions, its raw record comes with the last one."""
    for event in entry.events:
        size = (
            EVENT_OVERHEAD + len(event.stream_id) + sum(len(str(value)) * 2 for value in event.data.values())
        )
        yield LogItem(event.stream_id, build_sort_key(event), size, event=event)
    if entry.record is not None:
        blob = to_record_blob(entry.record)
        stream_id = record_stream(entry.record.record_id)
        yield LogItem(
            stream_id,
            RAW_SORT,
            len(blob) + len(stream_id),
            record_id=entry.record.record_id,
            record_blob=blob,
        )


def build_transactions(entries: Sequence[RecordEntry], most: int) -> Iterator[tuple[LogItem, ...]]:
    """Transactions of at most `most` items, in the order of the entries; no key occurs twice.

    Transactions of one entry that needs several must be written one after the other.
    """
    seen: set[tuple[str, str]] = set()
    batch: list[LogItem] = []
    size = 0
    for entry in entries:
        fresh = [item for item in _build_items(entry) if item.key not in seen]
        seen.update(item.key for item in fresh)
        needed = sum(item.size for item in fresh)
        if batch and (len(batch) + len(fresh) > most or size + needed > MAX_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch += fresh
        size += needed
    if batch:
        yield tuple(batch)


def cut_oversized(items: Sequence[LogItem], most: int) -> Iterator[tuple[LogItem, ...]]:
    """One transaction's items, cut further where a single entry alone exceeds the bounds."""
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


def find_oversized(items: Iterable[LogItem]) -> LogItem | None:
    """An item that no table can hold."""
    return next((item for item in items if len(item.record_blob) > MAX_ITEM_BYTES), None)
