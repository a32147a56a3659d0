import sys
from pathlib import Path

import pytest
from policy_engine_world import GOLDEN, POLICY, build_world

from policy_engine.__main__ import main
from policy_engine.adapters.policy_file import load_policy_file


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ami-lineage-policy-engine", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_good_policy_file_passes_the_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)

    assert run(monkeypatch, "check-policy", str(file)) == 0

    assert "house, 2 rules" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (POLICY.replace("required_tags", "required_tag").encode(), "line 3, rules.0"),
        (POLICY.replace('".+"', '"["').encode(), "line 6, rules.0.parameters.tags.Owner"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "No such file"),
    ],
)
def test_a_wrong_policy_file_is_refused_with_line_path_and_reason(
    content: bytes | None,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "policy.yaml"
    if content is not None:
        file.write_bytes(content)

    assert run(monkeypatch, "check-policy", str(file)) == 1

    assert said in capsys.readouterr().err


def test_the_service_refuses_to_start_with_a_broken_policy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("name: house\nrules: []\n")
    monkeypatch.setenv("AMI_LINEAGE_POLICY_FILE", str(file))
    monkeypatch.setenv("AMI_LINEAGE_GREMLIN_ENDPOINT", "ws://127.0.0.1:9/gremlin")

    assert run(monkeypatch, "serve") == 1

    assert "line 2, rules" in capsys.readouterr().err


def test_a_missing_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AMI_LINEAGE_GREMLIN_ENDPOINT", raising=False)

    assert run(monkeypatch, "serve") == 2

    assert "AMI_LINEAGE_GREMLIN_ENDPOINT" in capsys.readouterr().err


async def test_the_bundled_policy_asks_for_owner_and_environment_and_trusts_nobody() -> None:
    world = await build_world()
    await world.put_image("bare", tags={"Owner": "me"})
    await world.put_image("tagged", owner=GOLDEN, tags={"Owner": "me", "Environment": "prod"})

    await world.start(load_policy_file(None).text)

    assert await world.find_status("bare") == "FAIL"
    assert await world.find_status("tagged") == "UNKNOWN"
