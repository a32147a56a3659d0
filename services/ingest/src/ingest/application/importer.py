"""Imports files: reads in a thread, asks the log what it knows, appends several batches at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from uuid import uuid4

import structlog

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from bus import BusError, EventPublisher
from event_log import EventLogError
from ingest.adapters.record_files import FileLimits
from ingest.adapters.rejects import RejectSink
from ingest.application.reading import Found, RecordReader
from ingest.application.recording import Recorder
from ingest.application.selection import EVERYTHING, Selection
from ingest.application.summary import Tally
from ingest.errors import LogUnavailableError

_log = structlog.get_logger(__name__)
Progress = Callable[[int, int], None]


class Importer:
    """`on_recorded` gets the events of each batch that was appended (the live path publishes them)."""

    def __init__(
        self,
        recorder: Recorder,
        limits: FileLimits,
        batch_records: int,
        concurrency: int,
        on_recorded: Callable[[Sequence[EventEnvelope]], Awaitable[None]] | None = None,
    ) -> None:
        self._recorder = recorder
        self._limits = limits
        self._batch_records = batch_records
        self._concurrency = concurrency
        self._on_recorded = on_recorded
        self._in_flight: set[str] = set()

    async def run(
        self,
        roots: Iterable[Path],
        reject: RejectSink,
        selection: Selection = EVERYTHING,
        progress: Progress = lambda _files, _records: None,
    ) -> Tally:
        """Import everything below the roots.

        Memory holds one document and `concurrency` + 2 batches, however much there is to read.

        Raises:
            LogUnavailableError: the log stopped answering; what was appended stays, start it again.
        """
        tally = Tally()
        reader = RecordReader(self._limits, selection, tally, reject, self._batch_records)
        batches = reader.read(roots, progress)
        slots = asyncio.Semaphore(self._concurrency)

        async def store(batch: list[Found]) -> None:
            try:
                await self._store(batch, tally, reject)
            finally:
                slots.release()

        try:
            async with asyncio.TaskGroup() as group:
                while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                    await slots.acquire()
                    group.create_task(store(batch))
        except ExceptionGroup as errors:
            failed, others = errors.split(EventLogError)
            if failed is None or others is not None:
                raise
            first = failed.exceptions[0]
            raise LogUnavailableError(f"the event log did not take the records: {first}") from first
        return tally

    async def _store(self, batch: list[Found], tally: Tally, reject: RejectSink) -> None:
        own: list[Found] = []
        for found in batch:
            record_id = found.normalised.record_id
            if record_id is None or record_id in self._in_flight:
                tally.duplicate += 1
            else:
                self._in_flight.add(record_id)
                own.append(found)
        try:
            await self._append(own, tally, reject)
        finally:
            self._in_flight.difference_update(found.normalised.record_id or "" for found in own)

    async def _append(self, batch: list[Found], tally: Tally, reject: RejectSink) -> None:
        known = await self._recorder.find_known([found.normalised for found in batch])
        unknown = [found for found in batch if found.normalised.record_id not in known]
        tally.duplicate += len(batch) - len(unknown)
        results = await self._recorder.append([found.normalised for found in unknown])
        for found, result in zip(unknown, results, strict=True):
            if result.refused is not None:
                tally.reject("a record that the log cannot hold")
                reject(found.place, result.refused, found.normalised.record)
            elif result.new_events and result.recorded_at is not None:
                tally.record(result.new_events, result.recorded_at)
            else:
                tally.duplicate += 1
        if self._on_recorded is not None:
            await self._on_recorded([event for result in results for event in result.events])


async def announce(tally: Tally, publisher: EventPublisher) -> None:
    """One hint for a whole import, so that the graph follows at once; without it, it follows in a minute."""
    summary = tally.build_summary(None)
    if summary.recorded_from is None or summary.recorded_to is None:
        return
    hint = LogAppended(
        recorded_from=summary.recorded_from, recorded_to=summary.recorded_to, correlation_id=str(uuid4())
    )
    try:
        await publisher.publish_hint(LOG_APPENDED, hint)
    except BusError as error:
        _log.warning("hint not published", reason=str(error))
