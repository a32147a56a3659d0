"""`import` and `lookup` hand everything that was said to ingest, and nothing else."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ami_lineage_cli import local
from ami_lineage_cli.__main__ import build_app


class Became(Exception):  # noqa: N818 - what happened, no error
    pass


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Where this process would have become another one."""
    calls: list[list[str]] = []

    def execv(script: Path, words: list[str]) -> None:
        calls.append([Path(script).name, *words[1:]])
        raise Became

    monkeypatch.setattr(local.os, "execv", execv)
    monkeypatch.setattr(local, "find_script", lambda name: tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return calls


def test_an_import_passes_its_options_on(became: list[list[str]], tmp_path: Path) -> None:
    words = "import trail s3://bucket/AWSLogs/ --since 2026-10-01 --until 2026-11-01 --accounts 111122223333"
    more = "--regions us-east-1 --profile audit --role Reader --external-id x --bucket-owner 444455556666"

    (tmp_path / "trail").mkdir()

    CliRunner().invoke(build_app(), [*words.split(), *more.split(), "--json", "--data-dir", "data"])

    (call,) = became
    assert call[:4] == ["ami-lineage-local", "exec", "--data-dir", "data"]
    assert "--wait-for-graph" in call
    given = call[call.index("--") + 1 :]
    assert given[1:] == [
        "import",
        str(tmp_path / "trail"),
        "s3://bucket/AWSLogs/",
        *words.split()[3:],
        *more.split(),
        "--json",
    ]


def test_an_estimate_starts_no_platform(became: list[list[str]]) -> None:
    CliRunner().invoke(build_app(), ["import", "s3://bucket/AWSLogs/", "--estimate"])

    assert became == [["ami-lineage-ingest", "import", "s3://bucket/AWSLogs/", "--estimate"]]


def test_a_lookup_passes_its_options_on(became: list[list[str]]) -> None:
    words = "--regions us-east-1,eu-west-1 --accounts 111122223333 --since 2026-10-01 --role Reader"

    CliRunner().invoke(build_app(), ["lookup", *words.split()])

    (call,) = became
    assert call[call.index("--") + 2 :] == ["lookup", *words.split()]
