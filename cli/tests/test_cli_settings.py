from pathlib import Path

import pytest
from pydantic import SecretStr

from ami_lineage_cli.errors import UnavailableError
from ami_lineage_cli.settings import CliSettings, find_connection, get_connection


def leave_address(folder: Path, url: str, key: str) -> None:
    folder.mkdir(parents=True)
    (folder / "endpoint").write_text(url + "\n")
    (folder / "api-key").write_text(key + "\n")


def test_own_data_comes_before_the_demo(tmp_path: Path) -> None:
    leave_address(tmp_path / "demo", "http://127.0.0.1:1", "demo")
    settings = CliSettings(state_dir=tmp_path)
    demo = find_connection(settings)
    assert demo is not None
    assert demo.url == "http://127.0.0.1:1"

    leave_address(tmp_path / "data", "http://127.0.0.1:2", "own")

    assert get_connection(settings).api_key == SecretStr("own")


def test_a_data_folder_that_was_named_is_the_only_one_looked_at(tmp_path: Path) -> None:
    leave_address(tmp_path / "demo", "http://127.0.0.1:1", "demo")

    with pytest.raises(UnavailableError, match="ami-lineage up"):
        get_connection(CliSettings(state_dir=tmp_path, data_dir=tmp_path / "elsewhere"))


def test_a_url_that_was_named_wins_and_takes_no_local_key(tmp_path: Path) -> None:
    leave_address(tmp_path / "data", "http://127.0.0.1:2", "own")

    connection = get_connection(CliSettings(state_dir=tmp_path, url="https://lineage.example.com/"))

    assert connection.url == "https://lineage.example.com"
    assert connection.api_key is None
