"""Remembers which archive files were read; losing it costs a probe of the log for each record, nothing more."""

import os
from collections.abc import Set as AbstractSet
from pathlib import Path

import orjson

Stamp = tuple[int, int]
"""Size in bytes and modification time in nanoseconds."""


def find_stamp(path: Path) -> Stamp | None:
    """Stamp of a file; None when it is gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


class Checkpoint:
    """A small JSON file, replaced as a whole; an unreadable one counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: dict[str, Stamp] = {}
        self._changed = False
        try:
            stored = orjson.loads(path.read_bytes())
            self._done = {str(name): (int(size), int(time)) for name, (size, time) in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._done = {}

    def is_done(self, path: Path, stamp: Stamp) -> bool:
        """Whether the file was read as it stands."""
        return self._done.get(_name(path)) == stamp

    def mark(self, path: Path, stamp: Stamp) -> None:
        """The file was read."""
        self._done[_name(path)] = stamp
        self._changed = True

    def forget_others(self, present: AbstractSet[Path]) -> None:
        """Forget files that are gone, so that it does not grow for ever."""
        names = {_name(path) for path in present}
        gone = self._done.keys() - names
        for name in gone:
            del self._done[name]
        self._changed = self._changed or bool(gone)

    def save(self) -> None:
        """Write it, when anything changed."""
        if not self._changed:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".new")
        temporary.write_bytes(orjson.dumps(self._done))
        temporary.replace(self._path)
        self._changed = False


def _name(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
