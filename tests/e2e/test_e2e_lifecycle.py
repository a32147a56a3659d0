"""What a user and an operator see of a running platform (M07, M12)."""

import os
import signal
import time

import httpx
import psutil
import pytest
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def test_everything_listens_on_loopback_only(plain: Platform) -> None:
    listeners = [
        connection.laddr.ip
        for process in plain.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert len(listeners) >= 5
    assert {address.removeprefix("::ffff:") for address in listeners} <= {"127.0.0.1", "::1"}


def test_nothing_but_health_and_login_answers_without_identity_and_the_key_is_in_no_log(
    plain: Platform,
) -> None:
    base = plain.endpoints["api"]
    paths = list(httpx.get(base + "/openapi.json", headers={"x-api-key": plain.api_key}).json()["paths"])
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
    assert oct((plain.data_dir / "api-key").stat().st_mode & 0o777) == "0o600"
    key = plain.api_key.encode()
    for log in (plain.data_dir / "logs").iterdir():
        assert key not in log.read_bytes(), log
    assert key not in plain.output.encode()


def test_a_second_instance_on_the_same_data_is_refused(plain: Platform) -> None:
    second = plain.cli("up", check=False)

    assert second.returncode != 0
    assert "already" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_service_that_dies_comes_back(plain: Platform) -> None:
    pid = plain.endpoints["pids"]["query-api"]

    os.kill(pid, signal.SIGKILL)

    wait_until(lambda: plain.endpoints["pids"].get("query-api", pid) != pid, 60, "a new process")
    wait_until(lambda: answers(plain), 60, "answers")


def answers(platform: Platform) -> bool:
    time.sleep(0.2)
    try:
        return platform.request("GET", "/health/ready").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
