"""`backfill` hands over what was asked, and needs a platform only to write."""

from collections.abc import Sequence
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ami_lineage_cli.commands import backfill


class Ended(Exception):  # noqa: N818 - stands for becoming another process
    pass


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []

    def run_script(script: str, arguments: Sequence[str]) -> None:
        found.append(("alone", script, *arguments))
        raise Ended

    def run_in_platform(
        settings: Any, script: str, arguments: Sequence[str], *, waits_for_graph: bool
    ) -> None:
        assert settings is not None
        found.append(("platform", script, *arguments, waits_for_graph))
        raise Ended

    monkeypatch.setattr(backfill, "run_script", run_script)
    monkeypatch.setattr(backfill, "run_in_platform", run_in_platform)
    return found


def run(*words: str) -> None:
    app = typer.Typer()
    app.command()(backfill.backfill)
    CliRunner().invoke(app, words)


def test_a_run_writes_into_the_platform_and_waits_for_the_graph(became: list[tuple[Any, ...]]) -> None:
    run("--accounts", "111111111111", "--regions", "eu-west-1", "--role", "Reader", "--resume", "--json")

    assert became == [
        ("platform", "ami-lineage-ingest", "backfill", "--accounts", "111111111111", "--regions", "eu-west-1",
         "--role", "Reader", "--resume", "--json", True)
    ]  # fmt: skip


def test_preflight_starts_no_servers(became: list[tuple[Any, ...]]) -> None:
    run("--preflight", "--profile", "audit", "--external-id", "x")

    assert became == [
        ("alone", "ami-lineage-ingest", "backfill", "--external-id", "x", "--profile", "audit", "--preflight")
    ]
