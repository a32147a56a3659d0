"""Knows when a unit is finished: read to its end, and all that it gave is in the log."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from ingest.application.places import Place, PlaceCounts
from ingest.application.sources import Unit


class UnitResult(BaseModel):
    """What a finished unit gave, so that it counts again without being read again.

    `found`: records that gave events; `sample`: the id of one of them, which must be in the log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    found: int = 0
    ignored: dict[str, int] = Field(default_factory=dict)
    unread: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    places: tuple[Place, ...] = ()
    sample: str | None = None


class FinishedUnits(Protocol):
    """Remembers finished units between imports; losing it costs time, nothing else."""

    def find(self, unit: Unit) -> UnitResult | None:
        """The result of the unit as it stands now."""
        ...

    def put(self, unit: Unit, result: UnitResult) -> None:
        """The unit is finished."""
        ...

    def list_samples(self) -> Sequence[str]:
        """Some ids of records that must be in the log if all of this is true."""
        ...

    def forget(self) -> None:
        """It is not true: the log is another one."""
        ...


class NoFinishedUnits:
    """Remembers nothing; the archive has a checkpoint of its own."""

    def find(self, unit: Unit) -> UnitResult | None:
        """Nothing is finished."""
        del unit
        return None

    def put(self, unit: Unit, result: UnitResult) -> None:
        """Not kept."""

    def list_samples(self) -> Sequence[str]:
        """None."""
        return ()

    def forget(self) -> None:
        """Nothing to forget."""


class UnitWork:
    """One unit under way; read in a thread, stored in the loop, so every change takes the lock."""

    def __init__(self, unit: Unit, finish: Callable[[Unit, UnitResult], None]) -> None:
        self.places = PlaceCounts()
        self._unit = unit
        self._finish = finish
        self._lock = threading.Lock()
        self._found = 0
        self._open = True
        self._outstanding = 0
        self._spoiled = False
        self._sample: str | None = None
        self._ignored: Counter[str] = Counter()
        self._unread: dict[str, dict[str, None]] = {}

    def find(self, record_id: str | None) -> None:
        """A record that must be stored before the unit is finished."""
        with self._lock:
            self._found += 1
            self._outstanding += 1
            self._sample = record_id

    def ignore(self, reason: str, not_understood: tuple[str, ...]) -> None:
        """A record of no concern."""
        self._ignored[reason] += 1
        if not_understood:
            self._unread.setdefault(reason, {}).update(dict.fromkeys(not_understood))

    def spoil(self) -> None:
        """Something was rejected: the unit is to be read again, so that every import reports it."""
        self._spoiled = True

    def settle(self) -> None:
        """A record is in the log."""
        with self._lock:
            self._outstanding -= 1
        self._check()

    def close(self) -> None:
        """It was read to its end."""
        with self._lock:
            self._open = False
        self._check()

    def _check(self) -> None:
        with self._lock:
            if self._open or self._outstanding or self._spoiled:
                return
            self._open = True  # finished once
        self._finish(
            self._unit,
            UnitResult(
                found=self._found,
                ignored=dict(self._ignored),
                unread={reason: tuple(names) for reason, names in self._unread.items()},
                places=self.places.list_places(),
                sample=self._sample,
            ),
        )
