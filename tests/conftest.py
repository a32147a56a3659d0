"""Fixtures of the tests that run across services."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running_platform import Platform, Platforms, run_cli

_PLATFORMS = pytest.StashKey[Platforms]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """The platforms end with the last test of this folder: what follows gets the processor to itself."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        item.config.stash.setdefault(_PLATFORMS, Platforms()).stop()


@pytest.fixture
def platforms(request: pytest.FixtureRequest) -> Platforms:
    """All platforms that run; those that are kept serve every test that does not change what others see."""
    return request.config.stash.setdefault(_PLATFORMS, Platforms())


@pytest.fixture
def start_platform(platforms: Platforms) -> Callable[..., Platform]:
    """Start a platform for one test; it is stopped whatever happens."""
    return platforms.start


@pytest.fixture
def plain(platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A platform that began without data."""
    return platforms.keep("plain", lambda: platforms.start(tmp_path_factory.mktemp("plain") / "data"))


@pytest.fixture
def demo(platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The demo."""
    return platforms.keep(
        "demo", lambda: platforms.start(tmp_path_factory.mktemp("demonstration") / "demo", demo=True)
    )


@pytest.fixture
def imported(
    platforms: Platforms,
    tmp_path_factory: pytest.TempPathFactory,
    sample_dir: Path,
    truth: dict[str, Any],
) -> Platform:
    """A platform with the generated organization, imported in order."""

    def build() -> Platform:
        platform = platforms.start(tmp_path_factory.mktemp("imported") / "data")
        summary = json.loads(platform.cli("import", str(sample_dir), "--json").stdout)
        parts = ("recorded", "duplicate", "ignored", "rejected")
        assert summary["records"] == sum(summary[key] for key in parts)
        assert summary["rejected"] == truth["counts"]["hollow"]
        return platform

    return platforms.keep("imported", build)


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CloudTrail of a generated organization, with truth.json."""
    out = tmp_path_factory.mktemp("sample") / "organization"
    done = run_cli(out.parent / "none", "sample", "--out", str(out), "--images", "150", "--seed", "7")
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def truth(sample_dir: Path) -> dict[str, Any]:
    """What is true about the generated organization, and what can be known."""
    document: dict[str, Any] = json.loads((sample_dir / "truth.json").read_text())
    return document
