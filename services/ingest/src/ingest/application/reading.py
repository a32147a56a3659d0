"""From files to batches of records that give events; what gives none is counted on the way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.adapters.record_files import FileLimits, list_files, read_file
from ingest.adapters.rejects import RejectSink
from ingest.application.selection import Selection
from ingest.application.summary import Tally
from ingest.domain.documents import Broken
from ingest.domain.normaliser import normalise
from ingest.domain.outcome import Normalised
from ingest.errors import ForeignFileError, UnreadableFileError

_NO_PROGRESS: Final = lambda _files, _records: None  # noqa: E731 - a default that does nothing


@dataclass(frozen=True, slots=True)
class Found:
    """A record that gives events, and where it stood."""

    normalised: Normalised
    place: str


class RecordReader:
    """Reads and normalises, file by file; runs in a thread of its own, holds one document at a time."""

    def __init__(
        self, limits: FileLimits, selection: Selection, tally: Tally, reject: RejectSink, batch_records: int
    ) -> None:
        self._limits = limits
        self._selection = selection
        self._tally = tally
        self._reject = reject
        self._batch_records = batch_records

    def read(
        self, roots: Iterable[Path], progress: Callable[[int, int], None] = _NO_PROGRESS
    ) -> Iterator[list[Found]]:
        """Batches of all files below the roots; `progress` hears the numbers of files and records."""
        batch: list[Found] = []
        for root in roots:
            for path in list_files(root):
                for found in self._read_file(path):
                    batch.append(found)
                    if len(batch) >= self._batch_records:
                        yield batch
                        batch = []
                progress(self._tally.files, self._tally.records)
        if batch:
            yield batch

    def _read_file(self, path: Path) -> Iterator[Found]:
        name = to_printable(path)
        try:
            for number, document in enumerate(read_file(path, self._limits), start=1):
                found = self._look_at(document, f"{name}#{number}")
                if found is not None:
                    yield found
        except ForeignFileError as error:
            self._tally.skip_file(name, str(error))
            return
        except UnreadableFileError as error:
            self._tally.break_file(name, str(error))
            self._reject(name, str(error), None)
        self._tally.files += 1

    def _look_at(self, document: object, place: str) -> Found | None:
        if isinstance(document, Broken):
            self._tally.reject("a record that is no JSON")
            self._reject(place, document.reason, document.content)
            return None
        normalised = normalise(document)
        if normalised.rejected is not None:
            self._tally.reject(normalised.rejected)
            self._reject(place, normalised.rejected, document)
        elif normalised.ignored is not None:
            self._tally.ignore(normalised.ignored, normalised.not_understood)
        elif (refusal := self._selection.find_refusal(normalised)) is not None:
            self._tally.ignore(refusal)
        else:
            return Found(normalised, place)
        return None


def to_printable(path: Path) -> str:
    """The path as text that can be printed; names on disk need not be UTF-8."""
    return str(path).encode("utf-8", "replace").decode()
