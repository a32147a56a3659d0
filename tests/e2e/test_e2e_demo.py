"""Start, stop, and start again (M07): the demo."""

from pathlib import Path

import psutil
import pytest
from running_platform import Platform

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def count_images(platform: Platform) -> int:
    answer = platform.request("POST", "/api/v1/ami/search", json={"limit": 1000}).json()
    return len(answer["images"])


def test_the_demo_starts_stops_without_trace_and_starts_again_from_kept_data(demo: Platform) -> None:
    assert "/login?code=" in demo.output
    images = count_images(demo)
    assert images > 100

    processes = demo.stop()

    assert processes
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
    demo.start()
    assert count_images(demo) == images
    demo.verify()


def test_the_demo_takes_no_records_of_yours(demo: Platform, sample_dir: Path) -> None:
    done = demo.cli("import", str(sample_dir), check=False)

    assert done.returncode == 2
    assert "demo" in done.stderr
