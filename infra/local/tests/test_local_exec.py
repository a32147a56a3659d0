"""`exec`: one command on a data folder, with clean output, its own exit code, and a word when it cannot be done."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ami_lineage_local.checkout import PRODUCT_BIN
from ami_lineage_local.endpoints import Endpoints
from ami_lineage_local.processes.data_lock import DataLock
from ami_lineage_local.system.demo import DEMO_VARIABLES
from ami_lineage_local.system.folder import DataFolder, PublishedEndpoints
from ami_lineage_local.system.services import plan_services, service_environment

SCRIPT = PRODUCT_BIN / "ami-lineage-local"
ADDRESS = "http://127.0.0.1:9"
ENDPOINTS = Endpoints(
    dynamodb=ADDRESS,
    gremlin="ws://127.0.0.1:9/gremlin",
    events=ADDRESS,
    sqs=ADDRESS,
    aws=ADDRESS,
    ec2=ADDRESS,
    securityhub=ADDRESS,
)
ASK_THE_LOG = """
import asyncio, sys
from bus import PlatformSession, PlatformSettings
async def ask():
    async with PlatformSession(PlatformSettings()).client("dynamodb") as client:
        print(sorted((await client.list_tables())["TableNames"]))
asyncio.run(ask())
sys.exit(7)
"""
TABLES = "['ami-lineage-events', 'ami-lineage-projection', 'ami-lineage-verdicts']\n"


def exec_(folder: Path, *command: str, seconds: float = 200) -> subprocess.CompletedProcess[str]:
    words = [SCRIPT, "exec", "--data-dir", str(folder), "--", *command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=seconds)


def publish(folder: DataFolder) -> None:
    """What a running platform leaves; the test holds the lock."""
    from ami_lineage_contracts.topology import build_topology  # noqa: PLC0415 - only here

    folder.publish(PublishedEndpoints.from_parts(ADDRESS, ENDPOINTS, build_topology(), {}))


@pytest.mark.parametrize("verb", ["import", "lookup", "backfill"])
def test_data_of_yours_is_refused_by_the_demo_with_what_to_do(verb: str, tmp_path: Path) -> None:
    DataFolder(tmp_path).claim("demo")
    done = exec_(tmp_path, "ami-lineage-ingest", verb, "records")
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert str(tmp_path) in sentence
    assert "--data-dir" in sentence


def test_an_import_into_the_running_demo_is_refused_too(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim("demo")
    with DataLock(tmp_path):
        publish(folder)
        done = exec_(tmp_path, "/somewhere/ami-lineage-ingest", "import", "records")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the demo" in done.stderr


def test_a_folder_without_data_is_not_made_into_one(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    done = exec_(folder, "ami-lineage-graph-writer", "verify")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no data yet" in done.stderr
    assert not folder.exists()


def test_a_platform_that_is_still_starting_is_not_mistaken_for_data_of_ours(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        done = exec_(tmp_path, "ami-lineage-ingest", "import", "records")
    assert done.returncode == 4
    assert "still starting" in done.stderr
    assert DataFolder(tmp_path).find_kind() is None


def test_with_a_running_platform_output_and_exit_code_are_the_commands_own(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim("own")
    with DataLock(tmp_path):
        publish(folder)
        done = exec_(
            tmp_path, "sh", "-c", "echo $AMI_LINEAGE_DYNAMODB_ENDPOINT --help; echo note >&2; exit 7"
        )
    assert (done.returncode, done.stdout, done.stderr) == (7, f"{ADDRESS} --help\n", "note\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, 137), (signal.SIGTERM, 143)])
def test_a_signal_that_ends_the_command_shows_as_in_a_shell(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    folder = DataFolder(tmp_path)
    folder.claim("own")
    with DataLock(tmp_path):
        publish(folder)
        assert exec_(tmp_path, "sh", "-c", f"kill -{int(number)} $$").returncode == code


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim("own")
    with DataLock(tmp_path):
        publish(folder)
        done = exec_(tmp_path, "no-such-command")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        "no-such-command cannot be run: No such file or directory.",
    )


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_without_a_platform_the_servers_run_for_the_command_also_after_a_kill(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim("own")
    publish(folder)  # stale, as a platform leaves it that was killed
    mark = tmp_path / "running"
    words = [SCRIPT, "exec", "--data-dir", str(tmp_path), "--", "sh", "-c", f"touch {mark}; exec sleep 600"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as killed:
        wait_for(mark.exists)
        children = psutil.Process(killed.pid).children(recursive=True)
        assert not (tmp_path / "endpoints.json").exists()
        killed.kill()
    (command,) = [child for child in children if is_running(child) and child.name() == "sleep"]
    command.kill()

    done = exec_(tmp_path, sys.executable, "-c", ASK_THE_LOG)

    assert (done.returncode, done.stdout) == (7, TABLES), done.stderr
    assert [child for child in children if is_running(child)] == []
    assert not (tmp_path / "pids").exists()


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_sigterm_reaches_the_command_and_leaves_no_server_behind(tmp_path: Path) -> None:
    DataFolder(tmp_path).claim("own")
    mark = tmp_path / "running"
    script = f"trap 'echo saved; exit 5' TERM; touch {mark}; while :; do sleep 0.1; done"
    words = [SCRIPT, "exec", "--data-dir", str(tmp_path), "--", "sh", "-c", script]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for(mark.exists)
    children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (5, b"saved\n")
    assert [child for child in children if is_running(child)] == []


def test_a_service_gets_absolute_paths_of_what_the_user_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AMI_LINEAGE_POLICY_FILE", "mine.yaml")
    environment = service_environment(ENDPOINTS, DataFolder(tmp_path))
    assert environment["AMI_LINEAGE_POLICY_FILE"] == str(tmp_path / "mine.yaml")


@pytest.mark.parametrize("own", [None, "/mine.yaml"])
def test_the_demo_has_its_policy_unless_the_user_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str | None
) -> None:
    monkeypatch.delenv("AMI_LINEAGE_POLICY_FILE", raising=False)
    if own is not None:
        monkeypatch.setenv("AMI_LINEAGE_POLICY_FILE", own)
    plans = plan_services(ENDPOINTS, DataFolder(tmp_path), 0, DEMO_VARIABLES)
    (policy_engine,) = [plan for plan in plans if plan.name == "policy-engine"]
    given = policy_engine.build(1).environment["AMI_LINEAGE_POLICY_FILE"]
    assert given == (own or DEMO_VARIABLES["AMI_LINEAGE_POLICY_FILE"])


def is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)
