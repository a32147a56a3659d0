"""Which processes are ours, so that a stranger with a reused process id is never touched.

A child is recognised by process id, create time and command line; whatever it spawned, even in a session
of its own, by the marker that it inherits in its environment.
"""

import os
import signal
from collections.abc import Iterable, Iterator
from typing import Final

import psutil
from pydantic import BaseModel, ConfigDict

MARKER_VARIABLE: Final = "AMI_LINEAGE_SUPERVISOR"
_CREATED_TOLERANCE_SECONDS: Final = 5.0
"""Create times hang on the boot time, which moves a little when the clock is set."""


class ChildRecord(BaseModel):
    """Enough to recognise a child later, from another process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    pid: int
    created: float
    argv: tuple[str, ...]
    marker: str

    def is_alive(self) -> bool:
        """Whether this very child still runs."""
        try:
            process = psutil.Process(self.pid)
            with process.oneshot():
                same_start = abs(process.create_time() - self.created) < _CREATED_TOLERANCE_SECONDS
                tail = tuple(process.cmdline()[-len(self.argv) :])
                return same_start and tail == self.argv and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def find_group(pid: int) -> list[psutil.Process]:
    """Living members of the process group that `pid` leads or led."""
    return [process for process in _living() if _group_of(process) == pid]


def find_marked(marker: str) -> list[psutil.Process]:
    """Living processes that carry the marker of one supervisor run."""
    return [process for process in _living() if _marker_of(process) == marker]


def kill_now(processes: Iterable[psutil.Process]) -> None:
    """Sends SIGKILL; psutil checks the create time, so a reused id is safe."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signals a whole process group; nothing when it is gone."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _living() -> Iterator[psutil.Process]:
    own = os.getpid()
    for process in psutil.process_iter(["status"]):
        if process.pid != own and process.info["status"] != psutil.STATUS_ZOMBIE:
            yield process


def _group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except OSError:
        return None


def _marker_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARKER_VARIABLE)
    except (psutil.Error, OSError):
        return None
