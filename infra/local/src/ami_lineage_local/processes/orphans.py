"""Ends what a supervisor that was killed left behind, from its records in ``DATA_DIR/pids``."""

import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil
from pydantic import TypeAdapter, ValidationError

from ami_lineage_local.processes.identity import (
    ChildRecord,
    find_group,
    find_marked,
    kill_now,
    signal_group,
)

_RECORDS: Final = TypeAdapter(tuple[ChildRecord, ...])
_POLL_SECONDS: Final = 0.05


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """A reader sees the old file or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_records(path: Path, records: Sequence[ChildRecord]) -> None:
    """Keeps the records of all living children."""
    write_atomically(path, _RECORDS.dump_json(tuple(records)))


def end_orphans(path: Path, grace: float) -> tuple[str, ...]:
    """Ends recorded children that still run, and what they spawned; returns their names.

    SIGTERM first, as a server may have to save; SIGKILL after `grace` seconds.
    """
    records = _read(path)
    living = [record for record in records if record.is_alive()]
    for record in living:
        signal_group(record.pid, signal.SIGTERM)
    markers = {record.marker for record in records}
    rest = _wait_for_marked(markers, grace)
    for record in living:
        if record.is_alive():
            kill_now(find_group(record.pid))
    kill_now(rest)
    _wait_for_marked(markers, grace)
    path.unlink(missing_ok=True)
    return tuple(record.name for record in living)


def _read(path: Path) -> tuple[ChildRecord, ...]:
    try:
        return _RECORDS.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return ()


def _wait_for_marked(markers: set[str], seconds: float) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while True:
        rest = [process for marker in markers for process in find_marked(marker)]
        if not rest or time.monotonic() > deadline:
            return rest
        time.sleep(_POLL_SECONDS)
