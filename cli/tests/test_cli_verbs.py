"""Verbs refuse what cannot be done before anything is started or sent."""

from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ami_lineage_cli.__main__ import build_app
from ami_lineage_cli.commands import platform
from ami_lineage_cli.errors import UnavailableError, UsageError
from ami_lineage_cli.settings import CliSettings


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[CliSettings, str, list[str]]]:
    calls: list[tuple[CliSettings, str, list[str]]] = []

    def record(settings: CliSettings, script: str, arguments: list[str], **_: bool) -> None:
        calls.append((settings, script, arguments))

    monkeypatch.setattr(platform, "run_in_platform", record)
    return calls


def test_an_import_of_what_does_not_exist_starts_nothing(
    tmp_path: Path, started: list[tuple[CliSettings, str, list[str]]]
) -> None:
    result = CliRunner().invoke(build_app(), ["import", str(tmp_path), str(tmp_path / "nothing")])

    assert isinstance(result.exception, UsageError)
    assert str(tmp_path / "nothing") in str(result.exception)
    assert started == []


def test_login_asks_the_platform_that_runs_for_a_link_to_itself(
    tmp_path: Path, started: list[tuple[CliSettings, str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMI_LINEAGE_STATE_DIR", str(tmp_path))
    assert isinstance(CliRunner().invoke(build_app(), ["login"]).exception, UnavailableError)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "endpoint").write_text("http://127.0.0.1:5")

    assert CliRunner().invoke(build_app(), ["login"]).exit_code == 0

    ((settings, script, arguments),) = started
    assert settings.own_data == tmp_path / "demo"
    assert script == "ami-lineage-query-api"
    assert arguments == ["login-link", "--base-url", "http://127.0.0.1:5"]


@pytest.mark.parametrize("verb", ["lineage", "provenance", "history"])
def test_what_is_typed_as_image_stays_one_name_in_the_path(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[httpx.URL] = []

    def send(_: httpx.Client, __: str, path: str, **___: object) -> httpx.Response:
        seen.append(httpx.URL("http://127.0.0.1:5" + path))
        return httpx.Response(404, json={"detail": "unknown"})

    monkeypatch.setattr(httpx.Client, "request", send)

    CliRunner().invoke(build_app(), [verb, "ami-1?depth=1#x", "--url", "http://127.0.0.1:5"])

    assert [(url.path, url.query) for url in seen] == [(f"/api/v1/ami/ami-1?depth=1#x/{verb}", b"")]
