"""Remembers in a small database which units of which import are finished."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ingest.application.sources import Unit
from ingest.application.unit_work import UnitResult

_SAMPLES: Final = 100
_PUTS_AT_ONCE: Final = 50


class FinishedUnitsFile:
    """Context manager over a file; `scope` separates imports whose results differ for the same unit.

    A crash loses at most the last fifty, which are then read again and count as duplicates.
    """

    def __init__(self, path: Path, scope: str) -> None:
        self._path = path
        self._scope = scope
        self._lock = threading.Lock()
        self._pending = 0

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One connection, used under the lock by whichever thread has work.
        self._database = sqlite3.connect(self._path, check_same_thread=False, timeout=30)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute(
            "create table if not exists finished (scope text, unit text, stamp text, sample text, result text,"
            " primary key (scope, unit)) without rowid"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._database.commit()
            self._database.close()

    def find(self, unit: Unit) -> UnitResult | None:
        """The result of the unit as it stands now."""
        with self._lock:
            row = self._database.execute(
                "select result from finished where scope = ? and unit = ? and stamp = ?",
                (self._scope, unit.name, unit.stamp),
            ).fetchone()
        return None if row is None else UnitResult.model_validate_json(row[0])

    def put(self, unit: Unit, result: UnitResult) -> None:
        """The unit is finished."""
        row = (self._scope, unit.name, unit.stamp, result.sample, result.model_dump_json())
        with self._lock:
            self._database.execute("insert or replace into finished values (?, ?, ?, ?, ?)", row)
            self._pending += 1
            if self._pending >= _PUTS_AT_ONCE:
                self._database.commit()
                self._pending = 0

    def list_samples(self) -> Sequence[str]:
        """Ids of records of up to a hundred units, spread over all of them."""
        with self._lock:
            rows = self._database.execute(
                "select sample from finished where scope = ? and sample is not null", (self._scope,)
            ).fetchall()
        step = max(1, len(rows) // _SAMPLES)
        return [row[0] for row in rows[::step]][:_SAMPLES]

    def forget(self) -> None:
        """Forget all units of this scope."""
        with self._lock:
            self._database.execute("delete from finished where scope = ?", (self._scope,))
            self._database.commit()
