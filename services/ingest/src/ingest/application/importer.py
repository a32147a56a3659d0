"""Imports from sources: reads in a thread, asks the log what it knows, appends several batches at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

import structlog

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from bus import BusError, EventPublisher
from event_log import EventLogError
from ingest.adapters.rejects import RejectSink
from ingest.application.coverage import list_statements
from ingest.application.reading import NO_PROGRESS, Found, Progress, RecordReader
from ingest.application.recording import Recorder
from ingest.application.selection import EVERYTHING, Selection
from ingest.application.sources import RecordSource
from ingest.application.summary import Tally
from ingest.application.unit_work import FinishedUnits, NoFinishedUnits
from ingest.errors import LogUnavailableError

_log = structlog.get_logger(__name__)


class Importer:
    """`on_recorded` gets the events of each batch that was appended (the live path publishes them)."""

    def __init__(
        self,
        recorder: Recorder,
        batch_records: int,
        concurrency: int,
        on_recorded: Callable[[Sequence[EventEnvelope]], Awaitable[None]] | None = None,
    ) -> None:
        self._recorder = recorder
        self._batch_records = batch_records
        self._concurrency = concurrency
        self._on_recorded = on_recorded
        self._in_flight: set[str] = set()

    async def run(
        self,
        sources: Sequence[RecordSource],
        reject: RejectSink,
        selection: Selection = EVERYTHING,
        finished: FinishedUnits | None = None,
        progress: Progress = NO_PROGRESS,
    ) -> Tally:
        """Import all that the sources have; units that `finished` knows are counted, not read.

        Memory holds one document and `concurrency` + 2 batches, however much there is to read.

        Raises:
            LogUnavailableError: the log stopped answering; what was appended stays, start it again.
            SourceUnavailableError: a source stopped answering; likewise.
            SourceDeniedError: a source refuses.
        """
        tally = Tally()
        known = finished or NoFinishedUnits()
        reader = RecordReader(selection, tally, reject, known, self._batch_records)
        slots = asyncio.Semaphore(self._concurrency)

        async def store(batch: list[Found]) -> None:
            try:
                await self._store(batch, tally, reject)
            finally:
                slots.release()

        batches = reader.read(sources, progress)
        try:
            await self._check(known)
            async with asyncio.TaskGroup() as group:
                while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                    await slots.acquire()
                    group.create_task(store(batch))
        except ExceptionGroup as errors:
            # One error is enough to say what happened; the batches that it ended are in the log or not.
            raise _translate(errors.exceptions[0]) from errors.exceptions[0]
        except EventLogError as error:
            raise _translate(error) from error
        finally:
            await asyncio.to_thread(batches.close)
        return tally

    async def cover(self, sources: Sequence[RecordSource], tally: Tally) -> None:
        """State for each account and Region what the sources covered; the same sources state the same once.

        Raises:
            LogUnavailableError: the log does not answer.
        """
        captures = {source.capture for source in sources}
        statements = [
            statement
            for capture in sorted(captures)
            for statement in list_statements(
                capture,
                tally.places.list_places(),
                [scan for source in sources if source.capture == capture for scan in source.list_scans()],
            )
        ]
        try:
            results = await self._recorder.append(statements)
        except EventLogError as error:
            raise _translate(error) from error
        tally.coverage = sum(result.new_events for result in results)

    async def _check(self, finished: FinishedUnits) -> None:
        """What was finished for another log, or for one that was emptied, counts for nothing."""
        samples = frozenset(await asyncio.to_thread(finished.list_samples))
        if samples and samples != await self._recorder.find_known_ids(sorted(samples)):
            _log.warning("finished units forgotten", reason="the log does not hold their records")
            await asyncio.to_thread(finished.forget)

    async def _store(self, batch: list[Found], tally: Tally, reject: RejectSink) -> None:
        own: list[Found] = []
        for found in batch:
            record_id = found.normalised.record_id
            if record_id is None or record_id in self._in_flight:
                tally.add_duplicates(1)
                found.work.settle()
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
        tally.add_duplicates(len(batch) - len(unknown))
        results = await self._recorder.append([found.normalised for found in unknown])
        for found, result in zip(unknown, results, strict=True):
            if result.refused is not None:
                found.work.spoil()
                tally.reject("a record that the log cannot hold")
                reject(found.place, result.refused, found.normalised.record)
            elif result.new_events and result.recorded_at is not None:
                tally.record(result.new_events, result.recorded_at)
            else:
                tally.add_duplicates(1)
        for found in batch:
            found.work.settle()
        if self._on_recorded is not None:
            await self._on_recorded([event for result in results for event in result.events])


def _translate(error: BaseException) -> BaseException:
    if isinstance(error, EventLogError):
        return LogUnavailableError(f"the event log did not take the records: {error}")
    return error


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
