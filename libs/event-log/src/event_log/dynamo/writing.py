"""Puts conditional on absence, many in one transaction."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.codec import to_event_blob
from event_log.dynamo.calls import CONDITION_FAILED, TransactionCancelledError, ask, check_skew
from event_log.dynamo.packing import LogItem, build_transactions, cut_oversized, find_oversized
from event_log.errors import PermanentLogError, SequenceConflictError
from event_log.models import AppendOutcome, LogSettings, RecordEntry
from event_log.table import (
    BODY,
    RECORDED_KEY,
    SHARD,
    SORT,
    STREAM,
    build_recorded_key,
    build_shard,
    build_sort_key,
)

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
        recorded_at = self._clock()
        transactions = list(build_transactions(entries, self._settings.transaction_size))
        oversized = find_oversized(item for items in transactions for item in items)
        if oversized is not None:
            raise PermanentLogError(
                f"the record {oversized.record_id} is larger than an item of the log may be"
            )
        written = await asyncio.gather(*(self._put_parts(items, recorded_at) for items in transactions))
        new = [item for items in written for item in items]
        given = tuple(
            event.model_copy(update={"recorded_at": recorded_at})
            for entry in entries
            for event in entry.events
        )
        new_ids = frozenset(item.event_id for item in new if item.event_id is not None)
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
        recorded_at = self._clock()
        stamped = tuple(
            event.model_copy(update={"recorded_at": recorded_at, "sequence": expected_sequence + number})
            for number, event in enumerate(events, start=1)
        )
        actions: list[dict[str, Any]] = [{"Put": self._build_put(_to_item(event))} for event in stamped]
        if expected_sequence:
            key = {STREAM: {"S": stream_id}, SORT: {"S": f"{expected_sequence:012d}"}}
            check = {"TableName": self._settings.table, "Key": key, "ConditionExpression": PRESENT}
            actions.append({"ConditionCheck": check})
        try:
            async with self._gate:
                await ask(lambda: self._client.transact_write_items(TransactItems=actions))
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

    async def _put_parts(self, items: Sequence[LogItem], recorded_at: datetime) -> list[LogItem]:
        """One after the other: a raw record is written only when all of its events are."""
        written: list[LogItem] = []
        for part in cut_oversized(items, self._settings.transaction_size):
            written += await self._put_absent(part, recorded_at)
        return written

    async def _put_absent(self, items: Sequence[LogItem], recorded_at: datetime) -> Sequence[LogItem]:
        """Put in one transaction what is not there; items that are there fall out and do not block the rest."""
        while items:
            puts = [{"Put": self._build_put(_to_log_item(item, recorded_at))} for item in items]
            try:
                async with self._gate:
                    await self._transact(puts)
            except TransactionCancelledError as cancelled:
                items = [
                    item
                    for item, reason in zip(items, cancelled.reasons, strict=True)
                    if reason != CONDITION_FAILED
                ]
            else:
                return items
        return ()

    async def _transact(self, actions: Sequence[dict[str, Any]]) -> None:
        await ask(lambda: self._client.transact_write_items(TransactItems=actions))

    def _build_put(self, item: dict[str, Any]) -> dict[str, Any]:
        return {"TableName": self._settings.table, "Item": item, "ConditionExpression": ABSENT}


def _to_log_item(item: LogItem, recorded_at: datetime) -> dict[str, Any]:
    if item.event is not None:
        return _to_item(item.event.model_copy(update={"recorded_at": recorded_at}))
    return {STREAM: {"S": item.stream_id}, SORT: {"S": item.sort}, BODY: {"B": item.record_blob}}


def _to_item(event: EventEnvelope) -> dict[str, Any]:
    return {
        STREAM: {"S": event.stream_id},
        SORT: {"S": build_sort_key(event)},
        BODY: {"B": to_event_blob(event)},
        SHARD: {"S": build_shard(event.event_id)},
        RECORDED_KEY: {"S": build_recorded_key(event.recorded_at, event)},
    }
