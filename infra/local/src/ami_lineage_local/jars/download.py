"""Fetches the pinned jars; jgo serves as downloader only, as its resolver is not exact (LOCAL_STACK 2)."""

import hashlib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext
from rich.progress import Progress

from ami_lineage_local.errors import SetupError
from ami_lineage_local.jars.lock import LOCKS, Jar, are_there, load_lock

_THREADS: Final = 8
_TIMEOUT_SECONDS: Final = 60
_STAMP: Final = ".complete"


def ensure_jars(folder: Path) -> int:
    """Brings `folder` in line with the lock files; returns how many files had to be fetched.

    Raises:
        SetupError: a file cannot be had, or is not the pinned one (it is deleted then).
    """
    jars = sorted({jar for name in LOCKS for jar in load_lock(name)}, key=lambda jar: jar.relative_path)
    wanted = hashlib.sha256(repr(jars).encode()).hexdigest()
    stamp = folder / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and are_there(jars, folder):
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in jars if not jar.is_intact(folder)]
    _fetch_all(missing, folder)
    stamp.write_text(wanted, encoding="utf-8")
    return len(missing)


def fetch(jar: Jar, folder: Path, context: MavenContext) -> None:
    """Downloads one jar and holds it to its pinned sum.

    Raises:
        SetupError: see `ensure_jars`.
    """
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    try:
        component.artifact(classifier=jar.classifier, packaging=jar.packaging).resolve()
    except (RuntimeError, OSError, ValueError) as error:
        raise SetupError(
            f"{jar.artifact} {jar.version} could not be downloaded ({error}); try again."
        ) from error
    if not jar.is_intact(folder):
        (folder / jar.relative_path).unlink(missing_ok=True)
        raise SetupError(
            f"{jar.artifact} {jar.version} is not the file pinned in the lock file; it was deleted. "
            "Run setup again; if it stays so, the download is not to be trusted."
        )


def _fetch_all(jars: Sequence[Jar], folder: Path) -> None:
    context = MavenContext(
        repo_cache=folder, remote_repos={"central": MAVEN_CENTRAL_URL}, timeout=_TIMEOUT_SECONDS
    )
    with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("Java servers", total=len(jars))
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(lambda jar: fetch(jar, folder, context), jars):
                progress.advance(task)
