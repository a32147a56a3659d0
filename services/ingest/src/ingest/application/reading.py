"""From sources to batches of records that give events; what gives none is counted on the way."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ingest.adapters.rejects import RejectSink
from ingest.application.headers import read_header
from ingest.application.selection import Selection
from ingest.application.sources import Documents, RecordSource, Unit
from ingest.application.summary import Tally
from ingest.application.unit_work import FinishedUnits, UnitResult, UnitWork
from ingest.domain.documents import Broken
from ingest.domain.normaliser import normalise
from ingest.domain.outcome import Normalised
from ingest.errors import ForeignFileError, UnreadableFileError

Progress = Callable[[Tally], None]
NO_PROGRESS: Final[Progress] = lambda _tally: None  # noqa: E731 - a default that does nothing
Opened = Callable[[], Documents]


@dataclass(frozen=True, slots=True)
class Found:
    """A record that gives events, where it stood, and the unit that is finished when it is stored."""

    normalised: Normalised
    place: str
    work: UnitWork


class RecordReader:
    """Reads and normalises, unit by unit; runs in a thread of its own, holds one document at a time."""

    def __init__(
        self,
        selection: Selection,
        tally: Tally,
        reject: RejectSink,
        finished: FinishedUnits,
        batch_records: int,
    ) -> None:
        self._selection = selection
        self._tally = tally
        self._reject = reject
        self._finished = finished
        self._batch_records = batch_records

    def read(
        self, sources: Sequence[RecordSource], progress: Progress = NO_PROGRESS
    ) -> Generator[list[Found], None, None]:
        """Batches of all units of the sources; `progress` hears the counts after each unit.

        Raises:
            SourceUnavailableError: a source stopped answering.
            SourceDeniedError: a source refuses.
        """
        batch: list[Found] = []
        for source in sources:
            with closing(_open_ahead(source, self._finished)) as units:
                for unit, opened in units:
                    for found in self._read_unit(unit, opened):
                        batch.append(found)
                        if len(batch) >= self._batch_records:
                            yield batch
                            batch = []
                    progress(self._tally)
        if batch:
            yield batch

    def _read_unit(self, unit: Unit, opened: Opened | UnitResult) -> Iterator[Found]:
        self._tally.bytes += unit.size
        if isinstance(opened, UnitResult):
            self._tally.add_finished(opened)
            return
        work = UnitWork(unit, self._finished.put)
        try:
            with closing(opened()) as documents:
                for number, document in enumerate(documents, start=1):
                    found = self._look_at(document, f"{unit.name}#{number}", work)
                    if found is not None:
                        yield found
        except ForeignFileError as error:
            self._tally.skip_file(unit.name, str(error))
            return
        except UnreadableFileError as error:
            work.spoil()
            self._tally.break_file(unit.name, str(error))
            self._reject(unit.name, str(error), None)
        self._tally.files += 1
        self._tally.places.add(work.places.list_places())
        work.close()

    def _look_at(self, document: object, place: str, work: UnitWork) -> Found | None:
        if isinstance(document, Broken):
            work.spoil()
            self._tally.reject("a record that cannot be read")
            self._reject(place, document.reason, document.content)
            return None
        header = read_header(document)
        refusal = self._selection.find_refusal(header)
        if refusal is not None:
            work.ignore(refusal, ())
            self._tally.ignore(refusal)
            return None
        work.places.note(header)
        normalised = normalise(document)
        if normalised.rejected is not None:
            work.spoil()
            self._tally.reject(normalised.rejected)
            self._reject(place, normalised.rejected, document)
        elif normalised.ignored is not None:
            work.ignore(normalised.ignored, normalised.not_understood)
            self._tally.ignore(normalised.ignored, normalised.not_understood)
        else:
            work.find(normalised.record_id)
            return Found(normalised, place, work)
        return None


def _open_ahead(
    source: RecordSource, finished: FinishedUnits
) -> Generator[tuple[Unit, Opened | UnitResult], None, None]:
    """The units in their order, the next few opened already where that pays."""
    if source.parallel == 1:
        for unit in source.list_units():
            known = finished.find(unit)
            yield unit, partial(source.open, unit) if known is None else known
        return
    ahead: deque[tuple[Unit, UnitResult | Future[Documents]]] = deque()
    with ThreadPoolExecutor(source.parallel, thread_name_prefix="source") as pool:
        try:
            for unit in source.list_units():
                ahead.append((unit, finished.find(unit) or pool.submit(source.open, unit)))
                if len(ahead) > source.parallel:
                    yield _take(ahead)
            while ahead:
                yield _take(ahead)
        finally:
            for _, waiting in ahead:
                if isinstance(waiting, Future) and not waiting.cancel():
                    waiting.add_done_callback(_discard)


def _take(
    ahead: deque[tuple[Unit, UnitResult | Future[Documents]]],
) -> tuple[Unit, Opened | UnitResult]:
    unit, waiting = ahead.popleft()
    return unit, waiting if isinstance(waiting, UnitResult) else waiting.result


def _discard(opened: Future[Documents]) -> None:
    if opened.exception() is None:
        opened.result().close()


def to_printable(path: Path) -> str:
    """The path as text that can be printed; names on disk need not be UTF-8."""
    return str(path).encode("utf-8", "replace").decode()
