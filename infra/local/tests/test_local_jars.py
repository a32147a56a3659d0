"""The pinned jars: read from the lock files, held to their sums."""

import hashlib
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from jgo.maven import MavenContext

from ami_lineage_local.errors import SetupError
from ami_lineage_local.jars.download import fetch
from ami_lineage_local.jars.lock import LOCKS, Jar, class_path, load_lock, require_jars

LINE = "org.example:tool:jar:natives:1.2 " + hashlib.sha256(b"right").hexdigest()


def put(jar: Jar, folder: Path, content: bytes) -> Path:
    path = folder / jar.relative_path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_a_line_names_a_file_of_a_maven_repository() -> None:
    assert Jar.from_line(LINE).relative_path == Path("org/example/tool/1.2/tool-1.2-natives.jar")


@pytest.mark.parametrize("name", LOCKS)
def test_each_lock_pins_every_jar_once(name: str) -> None:
    jars = load_lock(name)
    assert len({jar.relative_path for jar in jars}) == len(jars) > 50
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in jars)
    assert len(class_path(name, Path("jars")).split(":")) == len(jars)


def test_the_pinned_file_is_kept(tmp_path: Path) -> None:
    jar = Jar.from_line(LINE)
    path = put(jar, tmp_path, b"right")
    fetch(jar, tmp_path, create_autospec(MavenContext))
    assert path.exists()


def test_another_file_is_refused_and_deleted(tmp_path: Path) -> None:
    jar = Jar.from_line(LINE)
    path = put(jar, tmp_path, b"wrong")
    with pytest.raises(SetupError, match="not the file pinned"):
        fetch(jar, tmp_path, create_autospec(MavenContext))
    assert not path.exists()


def test_missing_jars_name_the_command_that_brings_them(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="make setup"):
        require_jars(tmp_path)
