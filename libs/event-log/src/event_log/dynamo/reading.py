"""Queries, scans, and the index by time of recording."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import record_stream
from event_log.codec import from_event_blob, from_record_blob
from event_log.dynamo.calls import ask
from event_log.models import LogCursor, LogPage, LogSettings, RawRecord
from event_log.reading_position import IndexKey, build_page, start_position
from event_log.table import BODY, BY_RECORDED, RAW_SORT, RECORDED_KEY, SHARD, SORT, STREAM, list_shards

GET_AT_ONCE: Final = 100
"""BatchGetItem takes at most 100 keys (AWS_FACTS 4.2)."""
SCAN_WORKERS: Final = 4
"""Segments read at a time, of each at most one page (1 MB) ahead of what is taken: bounds memory."""
UNPROCESSED_PAUSE_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class _ScanPage:
    """Events of a page as bytes; an empty `next_start` ends the segment."""

    segment: int
    blobs: Sequence[bytes]
    next_start: Mapping[str, Any]


class LogReader:
    """The reading half of `DynamoEventLog`."""

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

    async def find_recorded(self, record_ids: Sequence[str]) -> frozenset[str]:
        """See `EventLog.find_recorded`."""
        wanted = {record_stream(record_id): record_id for record_id in record_ids}
        streams = sorted(wanted)
        found = await asyncio.gather(
            *(self._find_raw(streams[at : at + GET_AT_ONCE]) for at in range(0, len(streams), GET_AT_ONCE))
        )
        return frozenset(wanted[stream] for part in found for stream in part)

    async def _find_raw(self, streams: Sequence[str]) -> list[str]:
        keys = [{STREAM: {"S": stream}, SORT: {"S": RAW_SORT}} for stream in streams]
        request: Any = {self._settings.table: {"Keys": keys, "ProjectionExpression": STREAM}}
        found: list[str] = []
        while request:
            async with self._gate:
                answer = await self._batch_get(request)
            found += [item[STREAM]["S"] for item in answer["Responses"].get(self._settings.table, ())]
            request = answer.get("UnprocessedKeys")
            if request:
                await asyncio.sleep(UNPROCESSED_PAUSE_SECONDS)
        return found

    async def _batch_get(self, request: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the SDK's shape
        return await ask(lambda: self._client.batch_get_item(RequestItems=request))

    async def read_record(self, record_id: str) -> RawRecord | None:
        """See `EventLog.read_record`."""
        key = {STREAM: {"S": record_stream(record_id)}, SORT: {"S": RAW_SORT}}
        answer = await ask(
            lambda: self._client.get_item(TableName=self._settings.table, Key=key, ConsistentRead=True)
        )
        item = answer.get("Item")
        return None if item is None else from_record_blob(record_id, item[BODY]["B"])

    async def read_stream(self, stream_id: str) -> tuple[EventEnvelope, ...]:
        """See `EventLog.read_stream`."""
        events: list[EventEnvelope] = []
        start: Mapping[str, Any] | None = {}
        while start is not None:
            async with self._gate:
                answer = await self._query_stream(stream_id, start)
            events += [from_event_blob(item[BODY]["B"]) for item in answer["Items"]]
            start = answer.get("LastEvaluatedKey")
        return tuple(events)

    async def _query_stream(self, stream_id: str, start: Mapping[str, Any]) -> Mapping[str, Any]:
        after = {"ExclusiveStartKey": start} if start else {}
        return await ask(
            lambda: self._client.query(
                TableName=self._settings.table,
                KeyConditionExpression=f"{STREAM} = :stream",
                ExpressionAttributeValues={":stream": {"S": stream_id}},
                ConsistentRead=True,
                **after,
            )
        )

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """See `EventLog.read_streams`."""
        wanted = list(dict.fromkeys(stream_ids))
        found = await asyncio.gather(*map(self.read_stream, wanted))
        return dict(zip(wanted, found, strict=True))

    async def scan(self) -> AsyncIterator[EventEnvelope]:
        """See `EventLog.scan`."""
        segments = iter(range(self._settings.scan_segments))
        reading = {
            asyncio.create_task(self._scan_page(segment, {})) for segment in islice(segments, SCAN_WORKERS)
        }
        try:
            while reading:
                ended, reading = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
                pages = await asyncio.gather(*ended)
                for page in pages:
                    segment = page.segment if page.next_start else next(segments, None)
                    if segment is not None:
                        reading.add(asyncio.create_task(self._scan_page(segment, page.next_start)))
                for blob in (blob for page in pages for blob in page.blobs):
                    yield from_event_blob(blob)
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _scan_page(self, segment: int, start: Mapping[str, Any]) -> _ScanPage:
        after = {"ExclusiveStartKey": start} if start else {}
        answer = await ask(
            lambda: self._client.scan(
                TableName=self._settings.table,
                Segment=segment,
                TotalSegments=self._settings.scan_segments,
                FilterExpression=f"attribute_exists({SHARD})",
                ProjectionExpression=BODY,
                ConsistentRead=True,
                **after,
            )
        )
        blobs = [item[BODY]["B"] for item in answer["Items"]]
        return _ScanPage(segment, blobs, answer.get("LastEvaluatedKey") or {})

    async def read_since(self, cursor: LogCursor | None) -> LogPage:
        """See `EventLog.read_since`."""
        while True:
            after, now = start_position(cursor), self._clock()
            parts = await asyncio.gather(*(self._query_shard(shard, after) for shard in list_shards()))
            # A shard that has more was read up to its last key: nothing behind the least of these is complete.
            horizon = min((keys[-1].recorded_key for keys, has_more in parts if has_more), default=None)
            keys = heapq.merge(*(keys for keys, _ in parts), key=lambda key: key.recorded_key)
            page = build_page(cursor, keys, horizon, now)
            if page.event_count or horizon is None:
                return page
            cursor = page.cursor

    async def _query_shard(self, shard: str, after: str) -> tuple[list[IndexKey], bool]:
        async with self._gate:
            answer = await ask(
                lambda: self._client.query(
                    TableName=self._settings.table,
                    IndexName=BY_RECORDED,
                    KeyConditionExpression=f"{SHARD} = :shard AND {RECORDED_KEY} > :after",
                    ExpressionAttributeValues={":shard": {"S": shard}, ":after": {"S": after or " "}},
                    Limit=self._settings.page_size,
                )
            )
        keys = [IndexKey(item[RECORDED_KEY]["S"], item[STREAM]["S"]) for item in answer["Items"]]
        return keys, "LastEvaluatedKey" in answer and bool(keys)
