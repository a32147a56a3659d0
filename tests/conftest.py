"""Fixtures of the tests that run across services."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running_platform import Platform, run_cli


@pytest.fixture(scope="session")
def start_platform() -> Iterator[Callable[..., Platform]]:
    """Start platforms that are stopped at the end, whatever happens."""
    started: list[Platform] = []

    def start(data_dir: Path, **options: Any) -> Platform:
        platform = Platform(data_dir, **options)
        started.append(platform)
        return platform.start()

    yield start
    for platform in started:
        platform.stop()


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CloudTrail of a generated organization, with truth.json."""
    out = tmp_path_factory.mktemp("sample") / "organization"
    done = run_cli(out.parent / "none", "sample", "--out", str(out), "--images", "300", "--seed", "11")
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def truth(sample_dir: Path) -> dict[str, Any]:
    """What is true about the generated organization, and what can be known."""
    document: dict[str, Any] = json.loads((sample_dir / "truth.json").read_text())
    return document
