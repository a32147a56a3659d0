"""Start, stop, and start again (M07): what a user and an operator see of the local platform."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def count_images(platform: Platform) -> int:
    answer = platform.request("POST", "/api/v1/ami/search", json={"limit": 1000}).json()
    return len(answer["images"])


def test_the_demo_starts_stops_without_trace_and_starts_again_from_kept_data(
    tmp_path: Path, start_platform: Callable[..., Platform]
) -> None:
    platform = start_platform(tmp_path / "demo", demo=True)
    assert "/login?code=" in platform.output
    images = count_images(platform)
    assert images > 100

    processes = platform.stop()

    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
    platform.start()
    assert count_images(platform) == images
    platform.verify()
    platform.stop()


def test_after_a_kill_of_everything_a_start_recovers_and_the_graph_is_rebuilt(
    tmp_path: Path, start_platform: Callable[..., Platform], sample_dir: Path
) -> None:
    platform = start_platform(tmp_path / "data")
    platform.cli("import", str(sample_dir))
    before = platform.verify()

    platform.kill()
    platform.start()

    assert platform.verify() == before | {"generation": platform.verify()["generation"]}
    platform.stop()


def test_everything_listens_on_loopback_only(tmp_path: Path, start_platform: Callable[..., Platform]) -> None:
    platform = start_platform(tmp_path / "data")

    listeners = [
        connection.laddr.ip
        for process in platform.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert len(listeners) >= 5
    assert {address.removeprefix("::ffff:") for address in listeners} <= {"127.0.0.1", "::1"}
    platform.stop()


def test_nothing_but_health_and_login_answers_without_identity_and_the_key_is_in_no_log(
    tmp_path: Path, start_platform: Callable[..., Platform]
) -> None:
    platform = start_platform(tmp_path / "data")
    base = platform.endpoints["api"]
    paths = list(httpx.get(base + "/openapi.json", headers={"x-api-key": platform.api_key}).json()["paths"])
    open_paths = {
        "/health/live",
        "/health/ready",
        "/login",
        "/v1/health/live",
        "/v1/health/ready",
        "/v1/login",
    }

    answers = {path: httpx.get(base + path.replace("{image}", "ami-1")).status_code for path in paths}

    assert {path for path, status in answers.items() if status not in {401, 303, 302, 405}} <= open_paths
    assert httpx.get(base + "/api/v1/overview", headers={"x-api-key": "wrong"}).status_code == 401
    assert oct((platform.data_dir / "api-key").stat().st_mode & 0o777) == "0o600"
    key = platform.api_key.encode()
    for log in (platform.data_dir / "logs").iterdir():
        assert key not in log.read_bytes(), log
    assert key not in platform.output.encode()
    platform.stop()


def test_a_second_instance_on_the_same_data_is_refused(
    tmp_path: Path, start_platform: Callable[..., Platform]
) -> None:
    platform = start_platform(tmp_path / "data")

    second = platform.cli("up", check=False)

    assert second.returncode != 0
    assert "already" in second.stderr
    assert "Traceback" not in second.stderr
    platform.stop()


def test_a_service_that_dies_comes_back(tmp_path: Path, start_platform: Callable[..., Platform]) -> None:
    platform = start_platform(tmp_path / "data")
    pid = platform.endpoints["pids"]["query-api"]

    os.kill(pid, signal.SIGKILL)

    wait_until(lambda: platform.endpoints["pids"].get("query-api", pid) != pid, 60, "a new process")
    wait_until(lambda: answers(platform), 60, "answers")
    platform.stop()


def answers(platform: Platform) -> bool:
    time.sleep(0.2)
    try:
        return platform.request("GET", "/health/ready").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
