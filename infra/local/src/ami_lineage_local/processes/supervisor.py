"""Starts children, keeps them up, and ends them all.

One thread does everything that concerns children. That is also what the kernel's death signal needs: it is
sent when the thread that started the child ends.
"""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from ami_lineage_local.errors import ChildKeepsDyingError, ServerNotReadyError
from ami_lineage_local.processes.child import ChildPlan
from ami_lineage_local.processes.data_lock import DataLock
from ami_lineage_local.processes.identity import find_marked, kill_now
from ami_lineage_local.processes.orphans import end_orphans, write_records
from ami_lineage_local.processes.running import Phase, RunningChild

_TICK_SECONDS: Final = 0.05
_ORPHAN_GRACE_SECONDS: Final = 10.0

_log = structlog.get_logger()


class Supervisor:
    """Context manager over the children of one data folder.

    Entering takes the folder's lock and ends the orphans of a killed predecessor; leaving stops the
    children in reverse order. `on_change` is called in the supervisor's thread after a child was started
    or ended.
    """

    def __init__(self, data_dir: Path, on_change: Callable[[], None] = lambda: None) -> None:
        self._data_dir = data_dir
        self._on_change = on_change
        self._lock = DataLock(data_dir)
        self._marker = str(uuid.uuid4())
        self._children: list[RunningChild] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._crash: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        """Raises AlreadyRunningError when another instance holds the folder."""
        self._lock.__enter__()
        (self._data_dir / "logs").mkdir(exist_ok=True)
        ended = end_orphans(self._records_path, _ORPHAN_GRACE_SECONDS)
        if ended:
            _log.warning("orphans ended", names=ended)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops every child; nothing that they spawned is left."""
        self._stopping.set()
        self._thread.join()
        self._lock.__exit__(kind, error, trace)

    def start(self, plans: Sequence[ChildPlan]) -> None:
        """Starts these children side by side and returns when all are ready.

        Raises:
            ServerNotReadyError: one of them did not come up; its log says why.
        """
        children = [
            RunningChild(plan, self._data_dir / "logs" / f"{plan.name}.log", self._marker) for plan in plans
        ]
        with self._changed:
            self._children.extend(children)
            self._changed.wait_for(lambda: self._settled(children))
        for child in children:
            if child.phase is not Phase.READY:
                raise ServerNotReadyError(
                    f"{child.plan.name} did not start: {child.reason or self._crash}. "
                    f"Read {self._data_dir / 'logs' / child.plan.name}.log."
                )

    def check(self) -> None:
        """Raises ChildKeepsDyingError when a child was given up."""
        for child in self._snapshot():
            if child.phase is Phase.FAILED:
                raise ChildKeepsDyingError(
                    f"{child.plan.name} keeps dying: {child.reason}. "
                    f"Read {self._data_dir / 'logs' / child.plan.name}.log."
                )
        if self._crash is not None:
            raise ChildKeepsDyingError(f"The supervisor failed: {self._crash!r}.") from self._crash

    def pids(self) -> Mapping[str, int]:
        """Process id of each child that runs now."""
        return {c.plan.name: record.pid for c in self._snapshot() if (record := c.record) is not None}

    def port_of(self, name: str) -> int:
        """The port that a child listens on; raises KeyError for a name that was never started."""
        return {child.plan.name: child.port for child in self._snapshot()}[name]

    def restarts_of(self, name: str) -> int:
        """How often a child died after it had been ready."""
        return {child.plan.name: child.restarts for child in self._snapshot()}[name]

    def wait_until_ready(self, name: str, restarts: int, timeout: float) -> None:
        """Waits until the child is ready after at least so many restarts.

        Raises:
            ServerNotReadyError: not within `timeout` seconds.
        """
        (child,) = [child for child in self._snapshot() if child.plan.name == name]
        with self._changed:
            done = self._changed.wait_for(
                lambda: child.phase is Phase.READY and child.restarts >= restarts, timeout
            )
        if not done:
            raise ServerNotReadyError(f"{name} is not back after {timeout:g} s: {child.reason}")

    @property
    def _records_path(self) -> Path:
        return self._data_dir / "pids"

    def _settled(self, children: Sequence[RunningChild]) -> bool:
        failed = any(child.phase is Phase.FAILED for child in children) or self._crash is not None
        return failed or all(child.phase is Phase.READY for child in children)

    def _snapshot(self) -> list[RunningChild]:
        with self._changed:
            return list(self._children)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(_TICK_SECONDS):
                self._step()
        except BaseException as error:  # noqa: BLE001 - handed to the caller by `check` and `start`
            self._crash = error
            _log.exception("supervisor failed")
        finally:
            self._stop_all()

    def _step(self) -> None:
        changed = False
        for child in self._snapshot():
            if child.step():
                changed = True
                self._write_records()
        if changed:
            self._on_change()
            with self._changed:
                self._changed.notify_all()

    def _stop_all(self) -> None:
        for child in reversed(self._snapshot()):
            child.stop()
        while stragglers := find_marked(self._marker):
            _log.warning("stragglers killed", pids=[process.pid for process in stragglers])
            kill_now(stragglers)
        self._records_path.unlink(missing_ok=True)
        with self._changed:
            self._changed.notify_all()

    def _write_records(self) -> None:
        records = [record for child in self._snapshot() if (record := child.record) is not None]
        write_records(self._records_path, records)
