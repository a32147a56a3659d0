"""Becomes the console scripts that do the local work, in the environment of the local platform."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ami_lineage_cli.errors import UnavailableError
from ami_lineage_cli.settings import CliSettings

PLATFORM = "ami-lineage-local"


def find_script(name: str) -> Path:
    """A console script installed beside this one.

    Raises:
        UnavailableError: only the thin client is installed.
    """
    script = Path(sys.executable).parent / name
    if not script.exists():
        raise UnavailableError(
            f"{name} is not installed here: this verb needs a checkout of AMI Lineage with `make setup` done."
        )
    return script


def run_platform(arguments: Sequence[str]) -> NoReturn:
    """Become the local platform's own command."""
    _become(find_script(PLATFORM), arguments)


def run_script(script: str, arguments: Sequence[str]) -> NoReturn:
    """Become a service's console script that needs no platform."""
    _become(find_script(script), arguments)


def run_in_platform(
    settings: CliSettings, script: str, arguments: Sequence[str], *, waits_for_graph: bool = False
) -> NoReturn:
    """Become a service's console script that runs against the platform of these settings.

    Uses the running servers, or starts what it needs and stops it afterwards. `waits_for_graph`: return
    only when the graph holds all that the script appended to the log.
    """
    options = ["--data-dir", str(settings.own_data), *(["--wait-for-graph"] if waits_for_graph else [])]
    _become(find_script(PLATFORM), ["exec", *options, "--", str(find_script(script)), *arguments])


def _become(script: Path, arguments: Sequence[str]) -> NoReturn:
    """Take the script's place, so that signals and the exit code are its own."""
    os.execv(script, [str(script), *arguments])  # noqa: S606 - our own scripts, no shell
