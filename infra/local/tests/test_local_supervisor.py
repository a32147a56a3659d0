"""Small stand-in children: started, restarted, stopped with everything they spawned, found after our own death."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from ami_lineage_local.errors import AlreadyRunningError, ServerNotReadyError
from ami_lineage_local.processes import ports
from ami_lineage_local.processes.child import ChildPlan, ChildSpec, NotReadyError
from ami_lineage_local.processes.identity import ChildRecord
from ami_lineage_local.processes.orphans import end_orphans, write_records
from ami_lineage_local.processes.supervisor import Supervisor

pytestmark = pytest.mark.servers

LISTEN = """
import socket, sys, time
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
time.sleep(600)
"""
STUBBORN_FAMILY = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
wait = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
same_group = subprocess.Popen([sys.executable, "-c", wait])
own_session = subprocess.Popen([sys.executable, "-c", wait], start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(f"{same_group.pid} {own_session.pid}")
time.sleep(600)
"""
SUPERVISE = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_local_supervisor import stubborn_plan
from ami_lineage_local.processes.supervisor import Supervisor
folder = Path(sys.argv[2])
with Supervisor(folder) as supervisor:
    supervisor.start([stubborn_plan(folder / "family")])
    (folder / "started").write_text(str(supervisor.pids()["family"]))
    time.sleep(600)
"""


def python(script: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script, *arguments)


def plan(name: str, argv: Callable[[int], Sequence[str]], **options: object) -> ChildPlan:
    def build(port: int) -> ChildSpec:
        return ChildSpec(argv=tuple(argv(port)), environment=os.environ, ready_timeout=20, grace=1)

    return ChildPlan(name=name, build=build, **options)


def stubborn_plan(family: Path) -> ChildPlan:
    def probe() -> None:
        if not family.exists():
            raise NotReadyError("the family is not complete")

    def build(_port: int) -> ChildSpec:
        argv = python(STUBBORN_FAMILY, str(family))
        return ChildSpec(argv=argv, environment=os.environ, probe=probe, grace=1)

    return ChildPlan(name="family", build=build, listens=False)


def listener(port: int) -> tuple[str, ...]:
    return python(LISTEN, "127.0.0.1", str(port))


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def test_stop_ends_children_that_ignore_sigterm_and_whatever_they_spawned(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start([stubborn_plan(tmp_path / "family")])
        pids = [supervisor.pids()["family"], *map(int, (tmp_path / "family").read_text().split())]
        assert len(pids) == 3
        assert all(alive(pid) for pid in pids)
    assert [pid for pid in pids if alive(pid)] == []
    assert not (tmp_path / "pids").exists()


def test_children_stop_in_reverse_order(tmp_path: Path) -> None:
    script = """
import pathlib, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as log: log.write(sys.argv[2] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1] + sys.argv[2]).touch()
time.sleep(600)
"""
    log = tmp_path / "order"
    with Supervisor(tmp_path) as supervisor:
        plans = [
            plan(name, lambda _port, name=name: python(script, str(log), name), listens=False)
            for name in ("first", "second")
        ]
        supervisor.start(plans)
        wait_for(lambda: (tmp_path / "orderfirst").exists() and (tmp_path / "ordersecond").exists())
    assert log.read_text() == "second first "


def test_a_killed_child_comes_back_on_its_port_and_its_hook_runs_again(tmp_path: Path) -> None:
    ready: list[int] = []
    changes: list[dict[str, int]] = []
    supervisor = Supervisor(tmp_path, lambda: changes.append(dict(supervisor.pids())))
    with supervisor:
        supervisor.start([plan("server", listener, on_ready=ready.append)])
        before, port = supervisor.pids()["server"], supervisor.port_of("server")
        os.kill(before, signal.SIGKILL)
        supervisor.wait_until_ready("server", 1, 20)
        after = supervisor.pids()["server"]

        assert after != before
        assert ready == [port, port]
        assert changes[-1] == {"server": after}
        supervisor.check()


def test_a_stranger_on_the_port_does_not_count_as_ready(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger, Supervisor(tmp_path) as supervisor:
        taken = stranger.getsockname()[1]
        never = plan("server", lambda _port: python("import time; time.sleep(600)"), fixed_port=taken)
        spec = never.build(taken)
        impatient = ChildPlan(
            name="server",
            build=lambda _port: ChildSpec(argv=spec.argv, environment=os.environ, ready_timeout=0.1),
            fixed_port=taken,
        )
        with pytest.raises(ServerNotReadyError, match=r"nothing of ours listens.*server\.log"):
            supervisor.start([impatient])


def test_a_taken_free_port_is_exchanged_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger, Supervisor(tmp_path) as supervisor:
        offers = [stranger.getsockname()[1], ports.find_free_port()]
        second = offers[1]
        monkeypatch.setattr("ami_lineage_local.processes.running.find_free_port", lambda: offers.pop(0))
        supervisor.start([plan("server", listener)])
        assert supervisor.port_of("server") == second


def test_a_child_that_listens_beyond_this_machine_is_ended(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        wide = plan("server", lambda port: python(LISTEN, "0.0.0.0", str(port)))  # noqa: S104 - the fault under test
        with pytest.raises(ServerNotReadyError, match=r"listens on 0\.0\.0\.0"):
            supervisor.start([wide])
        assert supervisor.pids() == {}


def test_a_child_that_cannot_start_names_its_log(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        broken = plan("server", lambda _port: python("print('why it fails'); raise SystemExit(3)"))
        with pytest.raises(
            ServerNotReadyError, match=r"server did not start: ended with code 3.*server\.log"
        ):
            supervisor.start([broken])
    assert "why it fails" in (tmp_path / "logs" / "server.log").read_text()


def test_a_second_supervisor_on_the_folder_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as first:
        first.start([plan("server", listener)])
        with pytest.raises(AlreadyRunningError, match=rf"process {os.getpid()}\b"), Supervisor(tmp_path):
            pass
        assert alive(first.pids()["server"])


def test_the_next_start_ends_what_a_killed_supervisor_left(tmp_path: Path) -> None:
    argv = python(SUPERVISE, str(Path(__file__).parent), str(tmp_path))
    killed = subprocess.Popen(argv)
    wait_for((tmp_path / "started").exists)
    leader = int((tmp_path / "started").read_text())
    family = [leader, *map(int, (tmp_path / "family").read_text().split())]
    killed.kill()
    killed.wait()
    # The leader ignores the SIGTERM that the kernel sends on our death, as a hung server would.
    assert all(alive(pid) for pid in family)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ami_lineage_local.processes.supervisor._ORPHAN_GRACE_SECONDS", 0.5)
        with Supervisor(tmp_path):
            assert [pid for pid in family if alive(pid)] == []


@pytest.mark.parametrize("difference", ["created", "argv"])
def test_a_stranger_with_a_recorded_process_id_is_left_alone(tmp_path: Path, difference: str) -> None:
    argv = python("import time; time.sleep(600)")
    stranger = subprocess.Popen(argv, start_new_session=True)
    try:
        created = psutil.Process(stranger.pid).create_time()
        record = ChildRecord(name="server", pid=stranger.pid, created=created, argv=argv, marker="none")
        assert record.is_alive()
        wrong = {"created": created - 60, "argv": ("java", "-jar", "server.jar")}[difference]
        write_records(tmp_path / "pids", [record.model_copy(update={difference: wrong})])

        assert end_orphans(tmp_path / "pids", grace=0.2) == ()
        assert alive(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


def test_unreadable_records_do_not_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "pids").write_text("[{broken")
    with Supervisor(tmp_path):
        pass
