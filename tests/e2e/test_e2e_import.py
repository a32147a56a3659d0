"""Real CloudTrail goes in, nothing is lost, and nothing counts twice (M06, L21)."""

import json
from pathlib import Path

import pytest
from running_platform import CHECKOUT, Platform, run_cli

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

REAL_RECORDS = CHECKOUT.parent / "shared" / "data" / "cloudtrail"


def test_real_records_add_up_and_a_second_import_changes_nothing(
    plain: Platform,
) -> None:
    first = json.loads(plain.cli("import", str(REAL_RECORDS), "--json").stdout)
    digest = plain.verify()
    second = json.loads(plain.cli("import", str(REAL_RECORDS), "--json").stdout)

    parts = ("recorded", "duplicate", "ignored", "rejected")
    assert first["records"] == sum(first[part] for part in parts) == second["records"]
    assert first["recorded"] > 0
    assert first["events"] >= first["recorded"]
    assert (second["recorded"], second["events"]) == (0, 0)
    assert second["duplicate"] == first["recorded"] + first["duplicate"]
    assert plain.verify() == digest


def test_import_works_without_a_running_platform_and_leaves_none_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    records = REAL_RECORDS / "records" / "RegisterImage"

    done = run_cli(data_dir, "import", str(records), "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recorded"] == 1
    assert json.loads(run_cli(data_dir, "verify", "--json").stdout)["consistent"]
    assert run_cli(data_dir, "overview").returncode == 4, "no service is left"


def test_a_path_that_does_not_exist_is_a_usage_error_that_names_it(plain: Platform, tmp_path: Path) -> None:
    done = plain.cli("import", str(tmp_path / "absent"), check=False)

    assert done.returncode == 2
    assert "absent" in done.stderr
    assert "Traceback" not in done.stderr
