"""What an import did, and the count that it is made from."""

import threading
from collections import Counter
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.times import UtcDatetime
from ingest.application.places import PlaceCounts
from ingest.application.unit_work import UnitResult

_MOST_NAMED = 200


class FileNote(BaseModel):
    """A file, and why it was left out or not read to its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


class NotUnderstood(BaseModel):
    """An EC2 write that no event is made of yet although it names images, snapshots or volumes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    records: int
    resource_ids: tuple[str, ...]


class ImportSummary(BaseModel):
    """`records` = `recorded` + `duplicate` + `ignored` + `rejected` (DESIGN 8).

    A file that is broken counts as one rejected record, for whatever it may have held; it is named in
    `broken_files`. Of long lists the first 200 are named. `finished_before`: files that an earlier import
    finished and that did not change since; their records count as they did, those with events as duplicates.
    `coverage`: statements about accounts and Regions that are new in the log; they are not in `events`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: int
    finished_before: int
    records: int
    recorded: int
    events: int
    duplicate: int
    ignored: int
    rejected: int
    skipped_files: tuple[FileNote, ...]
    broken_files: tuple[FileNote, ...]
    ignored_by_reason: dict[str, int]
    rejected_by_reason: dict[str, int]
    not_understood: dict[str, NotUnderstood]
    recorded_from: UtcDatetime | None
    recorded_to: UtcDatetime | None
    rejects_file: str | None
    coverage: int = 0


class Tally:
    """Counts while an import runs; a record is counted once, in one of the four ways.

    Files are read in a thread beside the one that appends, so both may reject at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.files = 0
        self.finished_before = 0
        self.bytes = 0
        self.coverage = 0
        self.places = PlaceCounts()
        self.recorded = 0
        self.events = 0
        self.duplicate = 0
        self.ignored: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self._skipped: list[FileNote] = []
        self._broken: list[FileNote] = []
        self._unread: dict[str, dict[str, None]] = {}
        self._recorded_from: datetime | None = None
        self._recorded_to: datetime | None = None

    @property
    def records(self) -> int:
        """All records so far."""
        return self.recorded + self.duplicate + self.ignored.total() + self.rejected.total()

    def skip_file(self, path: str, reason: str) -> None:
        """A file that holds something else."""
        _append(self._skipped, FileNote(path=path, reason=reason))

    def break_file(self, path: str, reason: str) -> None:
        """A file that could not be read (to its end)."""
        _append(self._broken, FileNote(path=path, reason=reason))
        self.reject("a file that cannot be read")

    def add_duplicates(self, number: int) -> None:
        """Records that the log, or this import, has already."""
        with self._lock:
            self.duplicate += number

    def add_finished(self, result: UnitResult) -> None:
        """A file that was finished before."""
        self.files += 1
        self.finished_before += 1
        self.add_duplicates(result.found)
        self.places.add(result.places)
        for reason, number in result.ignored.items():
            self.ignored[reason] += number
        for reason, names in result.unread.items():
            self._name_unread(reason, names)

    def reject(self, reason: str) -> None:
        """A record that cannot be understood or kept."""
        with self._lock:
            self.rejected[reason] += 1

    def ignore(self, reason: str, not_understood: tuple[str, ...] = ()) -> None:
        """A record of no concern; the ids that it named although it was not understood."""
        self.ignored[reason] += 1
        if not_understood:
            self._name_unread(reason, not_understood)

    def record(self, new_events: int, recorded_at: datetime) -> None:
        """A record that gave new events."""
        self.recorded += 1
        self.events += new_events
        if self._recorded_from is None or recorded_at < self._recorded_from:
            self._recorded_from = recorded_at
        if self._recorded_to is None or recorded_at > self._recorded_to:
            self._recorded_to = recorded_at

    def _name_unread(self, reason: str, names: tuple[str, ...]) -> None:
        named = self._unread.setdefault(reason, {})
        named.update(dict.fromkeys(names[: max(0, _MOST_NAMED - len(named))]))

    def build_summary(self, rejects_file: str | None) -> ImportSummary:
        """The counts as they stand."""
        return ImportSummary(
            files=self.files,
            finished_before=self.finished_before,
            records=self.records,
            recorded=self.recorded,
            events=self.events,
            duplicate=self.duplicate,
            ignored=self.ignored.total(),
            rejected=self.rejected.total(),
            skipped_files=tuple(self._skipped),
            broken_files=tuple(self._broken),
            ignored_by_reason=dict(self.ignored.most_common()),
            rejected_by_reason=dict(self.rejected.most_common()),
            not_understood={
                reason.partition(": ")[2]: NotUnderstood(
                    records=self.ignored[reason], resource_ids=tuple(named)
                )
                for reason, named in sorted(self._unread.items())
            },
            recorded_from=self._recorded_from,
            recorded_to=self._recorded_to,
            rejects_file=rejects_file,
            coverage=self.coverage,
        )


def _append(notes: list[FileNote], note: FileNote) -> None:
    if len(notes) < _MOST_NAMED:
        notes.append(note)
