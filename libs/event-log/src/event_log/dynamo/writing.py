"""Puts conditional on absence, many in one transaction."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.decisions import number_decisions
from event_log.dynamo.calls import CONDITION_FAILED, TransactionCancelledError, ask, check_skew
from event_log.dynamo.packing import (
    LogItem,
    build_event_item,
    build_record_item,
    build_transactions,
    cut_oversized,
)
from event_log.errors import SequenceConflictError, TransientLogError
from event_log.models import AppendOutcome, LogSettings, RawRecord, RecordEntry
from event_log.table import SORT, STREAM

ABSENT: Final = f"attribute_not_exists({STREAM})"
PRESENT: Final = f"attribute_exists({STREAM})"
CLOCK_CHECK_SECONDS: Final = 30.0


class LogWriter:
    """The writing half of `DynamoEventLog`."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - aiobotocore makes its clients at run time
        settings: LogSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._gate = asyncio.Semaphore(settings.concurrency)
        self._clock_checked_at: float | None = None

    async def append(self, entries: Sequence[RecordEntry]) -> AppendOutcome:
        """See `EventLog.append`."""
        await self._check_clock()
        recorded_at, until = self._clock(), time.monotonic() + self._settings.max_write_seconds
        stamped = [
            tuple(event.model_copy(update={"recorded_at": recorded_at}) for event in entry.events)
            for entry in entries
        ]
        packed = [
            list(_build_items(entry.record, events)) for entry, events in zip(entries, stamped, strict=True)
        ]
        new = await self._put_all(packed, until)
        new_ids = frozenset(item.event_id for item in new if item.event_id is not None)
        given = tuple(event for events in stamped for event in events)
        return AppendOutcome(
            new_event_ids=new_ids,
            duplicate_event_ids=frozenset(event.event_id for event in given) - new_ids,
            new_record_ids=frozenset(item.record_id for item in new if item.record_id is not None),
            recorded_at=recorded_at,
            events=given,
        )

    async def append_decision(
        self, stream_id: str, expected_sequence: int, events: Sequence[EventEnvelope]
    ) -> tuple[EventEnvelope, ...]:
        """See `EventLog.append_decision`."""
        await self._check_clock()
        stamped = number_decisions(stream_id, expected_sequence, events, self._clock())
        actions = [self._build_put(build_event_item(event)) for event in stamped]
        if expected_sequence:
            key = {STREAM: {"S": stream_id}, SORT: {"S": f"{expected_sequence:012d}"}}
            check = {"TableName": self._settings.table, "Key": key, "ConditionExpression": PRESENT}
            actions.append({"ConditionCheck": check})
        try:
            await self._transact(actions, time.monotonic() + self._settings.max_write_seconds)
        except TransactionCancelledError as cancelled:
            raise SequenceConflictError(stream_id, expected_sequence) from cancelled
        return stamped

    async def _check_clock(self) -> None:
        """A read tells DynamoDB's time, at most every half minute: a wrong stamp must never be written."""
        checked = self._clock_checked_at
        if checked is not None and time.monotonic() - checked < CLOCK_CHECK_SECONDS:
            return
        key = {STREAM: {"S": "clock"}, SORT: {"S": "clock"}}
        answer = await ask(lambda: self._client.get_item(TableName=self._settings.table, Key=key))
        check_skew(answer, self._clock(), self._settings.max_skew_seconds)
        self._clock_checked_at = time.monotonic()

    async def _put_all(self, packed: Sequence[Sequence[LogItem]], until: float) -> list[LogItem]:
        """What was new; a failure is raised when nothing is in flight any more."""
        transactions = build_transactions(packed, self._settings.transaction_size)
        written = await asyncio.gather(
            *(self._put_parts(items, until) for items in transactions), return_exceptions=True
        )
        new: list[LogItem] = []
        for part in written:
            if isinstance(part, BaseException):
                raise part
            new += part
        return new

    async def _put_parts(self, items: Sequence[LogItem], until: float) -> list[LogItem]:
        """One after the other: a raw record is written only when all of its events are."""
        written: list[LogItem] = []
        for part in cut_oversized(items, self._settings.transaction_size):
            written += await self._put_absent(part, until)
        return written

    async def _put_absent(self, items: Sequence[LogItem], until: float) -> Sequence[LogItem]:
        """Put in one transaction what is not there; items that are there fall out and do not block the rest."""
        while items:
            try:
                await self._transact([self._build_put(item) for item in items], until)
            except TransactionCancelledError as cancelled:
                items = [
                    item
                    for item, reason in zip(items, cancelled.reasons, strict=True)
                    if reason != CONDITION_FAILED
                ]
            else:
                return items
        return ()

    async def _transact(self, actions: Sequence[dict[str, Any]], until: float) -> None:
        """One transaction, which an attempt whose answer got lost does not turn into duplicates of itself.

        Raises:
            TransientLogError: also when it is so late that the stamp could lie behind all readers.
            TransactionCancelledError: a condition did not hold.
        """
        token = str(uuid4())
        async with self._gate:
            if time.monotonic() > until:
                raise TransientLogError("the append took too long for its stamp: append again for a new one")
            await ask(
                lambda: self._client.transact_write_items(TransactItems=actions, ClientRequestToken=token)
            )

    def _build_put(self, item: LogItem) -> dict[str, Any]:
        put = {
            "TableName": self._settings.table,
            "Item": item.attributes,
            "ConditionExpression": ABSENT,
        }
        return {"Put": put}


def _build_items(record: RawRecord | None, events: Sequence[EventEnvelope]) -> Iterator[LogItem]:
    """Events first: where an entry needs several transactions, its raw record comes with the last one."""
    yield from map(build_event_item, events)
    if record is not None:
        yield build_record_item(record)
