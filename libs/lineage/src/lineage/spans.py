"""Values that hold for a time: what a name, a version or a setting meant when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from lineage.order import CHANGE, Entry
from lineage.slots import is_settled

EVER_BEFORE: Final = datetime.min.replace(tzinfo=UTC)
EVER_AFTER: Final = datetime.max.replace(tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span(Generic[T]):
    """A value in [valid_from, valid_to). `valid_from` None: since before the records; `valid_to` None: still.

    `event_id` is the event that says so, `ended_by` the one that ended it.
    """

    value: T
    event_id: str
    valid_from: datetime | None
    valid_to: datetime | None = None
    ended_by: str | None = None

    @property
    def begin(self) -> datetime:
        """`valid_from` as a time that can be compared."""
        return self.valid_from or EVER_BEFORE

    @property
    def end(self) -> datetime:
        """`valid_to` as a time that can be compared."""
        return self.valid_to or EVER_AFTER

    def holds_at(self, at: datetime) -> bool:
        """Whether the value held at a time."""
        return self.begin <= at < self.end


class Timeline(Generic[T]):
    """One thing that changes, filled in fold order. `uncertain`: contradictory events of one second."""

    def __init__(self) -> None:
        self.uncertain = False
        self._spans: list[Span[T]] = []
        self._set_at: datetime | None = None
        self._by_change = False

    @property
    def current(self) -> Span[T] | None:
        """The span that still holds."""
        return self._spans[-1] if self._spans and self._spans[-1].valid_to is None else None

    def set(self, value: T, entry: Entry) -> None:
        """An event says that this holds from now on."""
        current = self.current
        same = current is not None and current.value == value
        changes = self._by_change and entry.rank == CHANGE
        together = changes and self._set_at is not None and _second(self._set_at) == _second(entry.at)
        self.uncertain = together and (self.uncertain or not same)
        self._set_at = entry.at
        self._by_change = entry.rank == CHANGE
        if not same:
            self._close(entry)
            self._spans.append(Span(value, entry.event_id, entry.at))

    def observe(self, value: T, entry: Entry) -> None:
        """An observation sees this; it counts unless an event spoke shortly before (DESIGN 5)."""
        if self._set_at is not None and not is_settled(self._set_at, entry.at):
            return
        self.uncertain = False
        current = self.current
        if current is not None and current.value == value:
            return
        self._close(entry)
        self._spans.append(Span(value, entry.event_id, entry.at if self._spans else None))

    def fill(self, value: T, entry: Entry) -> None:
        """What holds now is better known: since the same time it is this."""
        if self.current is not None:
            self._spans[-1] = replace(self._spans[-1], value=value, event_id=entry.event_id)

    def end(self, entry: Entry) -> None:
        """Nothing holds from now on."""
        self._close(entry)
        self._set_at = entry.at
        self._by_change = False

    def list_spans(self) -> tuple[Span[T], ...]:
        """All spans that lasted any time, in order."""
        return tuple(span for span in self._spans if span.begin < span.end)

    def _close(self, entry: Entry) -> None:
        if self.current is not None:
            self._spans[-1] = replace(self._spans[-1], valid_to=entry.at, ended_by=entry.event_id)


def cover(
    spans: Sequence[Span[T]], begin: datetime, end: datetime
) -> Iterator[tuple[Span[T] | None, datetime, datetime]]:
    """[begin, end) cut along the spans, which are in order and do not overlap; None where none holds."""
    here = begin
    for span in spans:
        start, stop = max(here, span.begin), min(end, span.end)
        if start >= stop:
            continue
        if here < start:
            yield None, here, start
        yield span, start, stop
        here = stop
    if here < end:
        yield None, here, end


def find_span(spans: Sequence[Span[T]], at: datetime) -> Span[T] | None:
    """The span that holds at a time."""
    return next((span for span in spans if span.holds_at(at)), None)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
