"""One supervised child: start, readiness, death, restart with backoff. Driven by the supervisor's thread."""

import enum
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

import psutil
import structlog

from ami_lineage_local.errors import LocalPlatformError, NotLoopbackError
from ami_lineage_local.processes.child import ChildPlan, ChildSpec, NotReadyError
from ami_lineage_local.processes.identity import (
    MARKER_VARIABLE,
    ChildRecord,
    find_group,
    kill_now,
    signal_group,
)
from ami_lineage_local.processes.ports import find_free_port, require_listener

_FIRST_BACKOFF: Final = 0.1
_LONGEST_BACKOFF: Final = 5.0
_MOST_FAILED_FIRST_STARTS: Final = 3
_MOST_FAILED_RESTARTS: Final = 8
_LOG_LIMIT: Final = 10_000_000
_POLL_SECONDS: Final = 0.02

_log = structlog.get_logger()


class Phase(enum.Enum):
    """Where a child stands."""

    WAITING = "waiting"  # to be spawned when its backoff is over
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"  # given up


class RunningChild:
    """State of one child over all its starts; every method belongs to the supervisor's thread."""

    def __init__(self, plan: ChildPlan, log_path: Path, marker: str) -> None:
        self.plan = plan
        self.phase = Phase.WAITING
        self.port = self._choose_port()
        self.restarts = 0
        self.record: ChildRecord | None = None
        self.reason = ""
        self._log_path = log_path
        self._marker = marker
        self._process: subprocess.Popen[bytes] | None = None
        self._spec: ChildSpec | None = None
        self._was_ready = False
        self._failed_starts = 0
        self._not_before = 0.0
        self._deadline = 0.0

    def step(self) -> bool:
        """Does what is due now; true when the phase or the process changed."""
        before = (self.phase, self.record)
        match self.phase:
            case Phase.WAITING if time.monotonic() >= self._not_before:
                self._spawn()
            case Phase.STARTING:
                self._check_start()
            case Phase.READY if self._process is not None and self._process.poll() is not None:
                _log.warning("child died", child=self.plan.name, code=self._process.returncode)
                self.restarts += 1
                self._retire()
                self._wait(_FIRST_BACKOFF)
            case _:
                pass
        return before != (self.phase, self.record)

    def stop(self) -> None:
        """SIGTERM to the whole group, SIGKILL to what is left after the grace time; returns when all is gone."""
        if self._process is not None and self._spec is not None:
            signal_group(self._process.pid, signal.SIGTERM)
            deadline = time.monotonic() + self._spec.grace
            while time.monotonic() < deadline and (self._process.poll() is None or self._group()):
                time.sleep(_POLL_SECONDS)
        self._retire()
        self.phase = Phase.WAITING
        self._not_before = float("inf")

    def _spawn(self) -> None:
        self._spec = self.plan.build(self.port)
        if self._log_path.exists() and self._log_path.stat().st_size > _LOG_LIMIT:
            self._log_path.replace(self._log_path.with_suffix(".log.1"))
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the command line is ours
                (*_die_with_parent(), *self._spec.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self._spec.environment, MARKER_VARIABLE: self._marker},
                cwd=self._log_path.parent,
                start_new_session=True,
            )
        self.record = ChildRecord(
            name=self.plan.name,
            pid=self._process.pid,
            created=psutil.Process(self._process.pid).create_time(),
            argv=self._spec.argv,
            marker=self._marker,
        )
        self.phase = Phase.STARTING
        self._deadline = time.monotonic() + self._spec.ready_timeout

    def _check_start(self) -> None:
        process, spec = self._process, self._spec
        if process is None or spec is None:
            raise RuntimeError("a starting child has a process")
        if process.poll() is not None:
            self._start_failed(f"ended with code {process.returncode}")
            return
        try:
            spec.probe()
            # Behind the probe, as it looks through all processes of the machine.
            if self.plan.listens:
                require_listener(self._group(), self.port)
            self.plan.on_ready(self.port)
        except NotReadyError as error:
            if time.monotonic() > self._deadline:
                self._start_failed(f"not ready after {spec.ready_timeout:g} s: {error}")
            return
        except NotLoopbackError as error:
            self._give_up(str(error))
            return
        except LocalPlatformError as error:
            self._start_failed(str(error))
            return
        self._was_ready = True
        self._failed_starts = 0
        self.phase = Phase.READY
        _log.info("child ready", child=self.plan.name, pid=process.pid, port=self.port)

    def _start_failed(self, reason: str) -> None:
        self._failed_starts += 1
        self.reason = reason
        _log.warning("child did not start", child=self.plan.name, reason=reason, times=self._failed_starts)
        self._retire()
        if self._failed_starts >= (_MOST_FAILED_RESTARTS if self._was_ready else _MOST_FAILED_FIRST_STARTS):
            self._give_up(reason)
            return
        if not self._was_ready:
            self.port = self._choose_port()
        self._wait(min(_FIRST_BACKOFF * 2**self._failed_starts, _LONGEST_BACKOFF))

    def _give_up(self, reason: str) -> None:
        self._retire()
        self.reason = reason
        self.phase = Phase.FAILED

    def _wait(self, seconds: float) -> None:
        self.phase = Phase.WAITING
        self._not_before = time.monotonic() + seconds

    def _retire(self) -> None:
        """Ends what is left of the group (a dead leader's children may hold its port) and reaps the leader."""
        if self._process is not None:
            while group := self._group():
                kill_now(group)
                time.sleep(_POLL_SECONDS)
            self._process.wait()
        self._process = None
        self.record = None

    def _group(self) -> list[psutil.Process]:
        return find_group(self._process.pid) if self._process is not None else []

    def _choose_port(self) -> int:
        if not self.plan.listens:
            return 0
        return find_free_port() if self.plan.fixed_port is None else self.plan.fixed_port


def _die_with_parent() -> tuple[str, ...]:
    """Prefix that asks the kernel to end the child when we are killed; without setpriv the records do."""
    tool = shutil.which("setpriv")
    return (tool, "--pdeathsig", "TERM", "--") if tool and os.name == "posix" else ()
