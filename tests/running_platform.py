"""The whole system, started as a user starts it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
import httpx
import psutil
from botocore.exceptions import BotoCoreError, ClientError

CHECKOUT = Path(__file__).parents[1]
SCRIPTS = Path(sys.executable).parent
ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()
"""So that a test run that is killed leaves no platform behind."""
READY_SECONDS = 180
STOP_SECONDS = 60

Answer = TypeVar("Answer")


def wait_until(question: Callable[[], Answer | None], seconds: float, what: str) -> Answer:
    """The first answer that is not empty, asked five times a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


class Platform:
    """A platform of its own on a data folder of its own, in a process of its own."""

    def __init__(
        self, data_dir: Path, *, demo: bool = False, variables: dict[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir
        self._output = data_dir.parent / f"{data_dir.name}.out"
        self._arguments = ["up", "--port", "0", "--data-dir", str(data_dir), *(["--demo"] if demo else [])]
        self._variables = variables or {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Platform":
        """Start and wait for ``ready:`` and the lines that come with it."""
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*ENDS_WITH_US, SCRIPTS / "ami-lineage", *self._arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=CHECKOUT,
                env={**os.environ, **self._variables},
                start_new_session=True,
            )
        try:
            wait_until(
                lambda: "/login?code=" in self._check_alive(), READY_SECONDS, "ready: and a login link"
            )
        except AssertionError:
            self.kill()
            raise
        return self

    def _check_alive(self) -> str:
        text = self._output.read_text()
        assert self.process is not None
        assert self.process.poll() is None, text
        return text

    @property
    def output(self) -> str:
        """What was printed so far."""
        return self._output.read_text()

    @property
    def endpoints(self) -> dict[str, Any]:
        """Addresses and process ids of the parts."""
        document: dict[str, Any] = json.loads((self.data_dir / "endpoints.json").read_text())
        return document

    @property
    def api_key(self) -> str:
        """The local key."""
        return (self.data_dir / "api-key").read_text().strip()

    def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        """One request with the local key."""
        return httpx.request(
            method, self.endpoints["api"] + path, headers={"x-api-key": self.api_key}, timeout=60, **content
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """Body of a GET that must succeed."""
        response = self.request("GET", path, params=parameters)
        assert response.status_code == httpx.codes.OK, response.text
        return response.json()

    def cli(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run ``ami-lineage`` against this platform."""
        done = run_cli(self.data_dir, *arguments)
        assert not check or done.returncode == 0, (
            f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    def verify(self) -> dict[str, Any]:
        """The graph against the log; must be consistent."""
        answer: dict[str, Any] = json.loads(self.cli("verify", "--json").stdout)
        assert answer["consistent"], answer
        return answer

    def count_recorded(self) -> int:
        """Events in the log, decisions included; 0 while it does not answer. Costs next to nothing."""
        log = boto3.client(
            "dynamodb",
            endpoint_url=self.endpoints["dynamodb"],
            region_name="us-east-1",
            aws_access_key_id="111111111111",
            aws_secret_access_key="test",
        )
        pages = log.get_paginator("scan").paginate(
            TableName=self.endpoints["event_table"], IndexName="by_recorded", Select="COUNT"
        )
        try:
            return sum(page["Count"] for page in pages)
        except (BotoCoreError, ClientError):
            return 0

    def count_projected(self) -> int:
        """Events of the log that are in the graph; 0 while one of them does not answer."""
        done = self.cli("verify", "--json", check=False)
        return 0 if done.returncode not in {0, 1} else int(json.loads(done.stdout)["events"])

    def processes(self) -> list[psutil.Process]:
        """The platform and all that it started."""
        if self.process is None or not psutil.pid_exists(self.process.pid):
            return []
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def stop(self) -> list[psutil.Process]:
        """Ctrl-C; what was running before."""
        processes = self.processes()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STOP_SECONDS)
        return processes

    def kill(self) -> None:
        """Kill -9 of everything at once."""
        for process in self.processes():
            process.kill()
        if self.process is not None:
            self.process.wait(STOP_SECONDS)


class Platforms:
    """The platforms that tests started; some are kept for other tests."""

    def __init__(self) -> None:
        self._started: list[Platform] = []
        self._kept: dict[str, Platform] = {}

    def start(self, data_dir: Path, **options: Any) -> Platform:
        """A platform of its own for one test."""
        self._started.append(Platform(data_dir, **options))
        return self._started[-1].start()

    def keep(self, name: str, build: Callable[[], Platform]) -> Platform:
        """The platform of this name, built by the first test that asks for it."""
        if name not in self._kept:
            self._kept[name] = build()
        return self._kept[name]

    def stop(self) -> None:
        """Ends all of them; who asks later gets a new one."""
        self._kept.clear()
        while self._started:
            self._started.pop().stop()


def run_cli(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``ami-lineage`` on a data folder, whether or not a platform runs there."""
    return subprocess.run(
        [SCRIPTS / "ami-lineage", *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=CHECKOUT,
        env={**os.environ, "AMI_LINEAGE_DATA_DIR": str(data_dir)},
    )
