"""Kill -9 of each service and server in turn under a live load: nothing lost, nothing doubled (DESIGN 10)."""

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from delivery import BATCH, leave_in_watched_folder, put_on_central_bus, read_records
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(900)]

RECORDS = 2000
PARTS = 20


class Load(threading.Thread):
    """Delivers records as AWS does: the bus may lose some, the archive holds them all."""

    def __init__(self, platform: Platform, records: list[dict[str, Any]]) -> None:
        super().__init__(daemon=True)
        self._platform = platform
        self._records = records
        self.put = 0

    def run(self) -> None:
        size = len(self._records) // PARTS
        for start in range(0, len(self._records), size):
            part = self._records[start : start + size]
            for at in range(0, size, BATCH):
                with contextlib.suppress(BotoCoreError, ClientError):
                    put_on_central_bus(self._platform, part[at : at + BATCH])
                    self.put += BATCH
                time.sleep(0.1)
            leave_in_watched_folder(self._platform, part, name=f"part-{start}")


def test_a_kill_of_each_process_in_turn_loses_and_doubles_nothing(
    tmp_path: Path, start_platform: Callable[..., Platform], sample_dir: Path
) -> None:
    records = read_records(sample_dir)[:RECORDS]
    calm = start_platform(tmp_path / "calm")
    leave_in_watched_folder(calm, records, name="all")
    wait_until(lambda: calm_events(calm) > 0, 120, "events")
    expected = settle(calm, 0)
    calm.stop()

    platform = start_platform(tmp_path / "faults")
    load = Load(platform, records)
    load.start()
    targets = sorted(platform.endpoints["pids"])
    random.Random(3).shuffle(targets)
    kills = []
    for name in targets:
        time.sleep(1.5)
        pid = platform.endpoints["pids"].get(name)
        if pid is None or not psutil.pid_exists(pid):
            continue
        os.kill(pid, signal.SIGKILL)
        kills.append(name)
        wait_until(lambda: platform.endpoints["pids"].get(name, pid) != pid, 90, f"{name} back")  # noqa: B023 - asked at once
    load.join(300)

    assert load.put > 0
    assert sorted(kills) == sorted(targets)
    assert settle(platform, expected["events"]) == expected
    platform.stop()


def calm_events(platform: Platform) -> int:
    done = platform.cli("verify", "--json", check=False)
    return 0 if done.returncode not in {0, 1} else int(json.loads(done.stdout)["events"])


def settle(platform: Platform, least: int) -> dict[str, Any]:
    """The state in which nothing more arrives: the same twice, with at least so many events."""
    seen = [-1]

    def is_settled() -> bool:
        seen.append(calm_events(platform))
        time.sleep(2)
        return seen[-1] >= least and seen[-1] == seen[-2] and seen[-1] > 0

    wait_until(is_settled, 300, f"{least} events")
    answer = platform.verify()
    return {key: answer[key] for key in ("events", "digest", "vertices", "edges")}
