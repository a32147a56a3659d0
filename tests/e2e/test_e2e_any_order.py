"""The same records give the same graph in any order, twice, by file or by bus, and after a rebuild (M27)."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from delivery import leave_in_watched_folder, leave_notifications, put_on_central_bus, read_records
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


def test_file_order_repetition_the_bus_and_a_rebuild_give_one_digest(
    tmp_path: Path, imported: Platform, start_platform: Callable[..., Platform], sample_dir: Path
) -> None:
    shuffle = random.Random(5)
    files = sorted(sample_dir.rglob("*.gz"))
    records = read_records(sample_dir)

    expected = imported.verify()
    generation = imported.get("/api/v1/generations")["active"]
    imported.cli("rebuild", "--json")
    digests = {"in order": expected, "rebuilt": imported.verify()}
    assert imported.get("/api/v1/generations")["active"] != generation

    shuffled_files = start_platform(tmp_path / "shuffled")
    shuffle.shuffle(files)
    half = len(files) // 2
    for part in (files[:half], files[half:], files[:half]):
        shuffled_files.cli("import", *(str(path) for path in part))
    digests["shuffled, in part twice"] = shuffled_files.verify()
    shuffled_files.stop()

    live = start_platform(tmp_path / "live")
    shuffle.shuffle(records)
    by_bus, by_folder = records[: len(records) // 3], records[len(records) // 3 :]
    put_on_central_bus(live, by_bus + by_bus[:200])
    leave_in_watched_folder(live, by_folder)
    leave_notifications(live, sample_dir)
    events = expected["events"]
    wait_until(
        lambda: live.count_recorded() >= events and live.count_projected() >= events,
        300,
        "every record in the log",
    )
    digests["live"] = live.verify()
    live.stop()

    assert {name: verified["digest"] for name, verified in digests.items()} == dict.fromkeys(
        digests, expected["digest"]
    )
