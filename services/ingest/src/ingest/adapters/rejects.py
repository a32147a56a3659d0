"""The file of rejected records: JSON lines with the reason, so that they can be repaired and imported again."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self


class RejectsFile:
    """Context manager; the file is made when the first record is rejected."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def written(self) -> Path | None:
        """The file, when anything was rejected."""
        return None if self._stream is None else self._path

    def write(self, place: str, reason: str, content: object) -> None:
        """One line: where the record stood, why it was rejected, and what it was."""
        line = json.dumps({"place": place, "reason": reason, "record": content}, default=repr)
        with self._lock:
            if self._stream is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self._path.open("wb")
            self._stream.write(line.encode() + b"\n")


RejectSink = Callable[[str, str, object], None]
"""Takes place, reason and content of a rejected record."""
