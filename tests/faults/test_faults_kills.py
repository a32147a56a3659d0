"""Kill -9 of each service and server in turn under a live load: nothing lost, nothing doubled (DESIGN 10)."""

import contextlib
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
from delivery import BATCH, leave_in_watched_folder, leave_notifications, put_on_central_bus, read_records
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(900)]

PARTS = 20
COMPARED = ("events", "digest", "vertices", "edges")


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
            for at in range(0, len(part), BATCH):
                with contextlib.suppress(BotoCoreError, ClientError):
                    put_on_central_bus(self._platform, part[at : at + BATCH])
                    self.put += BATCH
                time.sleep(0.1)
            leave_in_watched_folder(self._platform, part, name=f"part-{start}")


def test_a_kill_of_each_process_in_turn_loses_and_doubles_nothing(
    tmp_path: Path, imported: Platform, start_platform: Callable[..., Platform], sample_dir: Path
) -> None:
    records = read_records(sample_dir)
    calm = imported.verify()
    expected = {key: calm[key] for key in COMPARED}

    platform = start_platform(tmp_path / "faults")
    load = Load(platform, records)
    load.start()
    leave_notifications(platform, sample_dir)
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


def test_after_a_kill_of_everything_a_start_recovers_and_the_graph_is_rebuilt(imported: Platform) -> None:
    before = imported.verify()

    imported.kill()
    imported.start()

    after = imported.verify()
    assert after["events"] > 0
    assert after == before | {"generation": after["generation"]}


def settle(platform: Platform, least: int) -> dict[str, Any]:
    """The state in which nothing more arrives: the same twice, with at least so many events."""
    seen = [-1]

    def is_settled() -> bool:
        time.sleep(2)
        seen.append(platform.count_recorded())
        return seen[-1] >= least and seen[-1] == seen[-2] and platform.count_projected() >= least

    wait_until(is_settled, 300, f"{least} events")
    answer = platform.verify()
    return {key: answer[key] for key in COMPARED}
