"""Starts the console scripts that do the local work, in the environment of the local platform."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

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


def run_platform(arguments: Sequence[str]) -> int:
    """Run the local platform's own command in the foreground; its exit code."""
    return _run([str(find_script(PLATFORM)), *arguments])


def run_in_platform(
    settings: CliSettings, script: str, arguments: Sequence[str], *, waits_for_graph: bool = False
) -> int:
    """Run a service's console script against the platform of these settings; its exit code.

    Uses the running servers, or starts what it needs and stops it afterwards. `waits_for_graph`: return
    only when the graph holds all that the script appended to the log.
    """
    command = [str(find_script(PLATFORM)), "exec", "--data-dir", str(settings.own_data)]
    if waits_for_graph:
        command.append("--wait-for-graph")
    command.append("--")
    return _run([*command, str(find_script(script)), *arguments])


def _run(command: Sequence[str]) -> int:
    with subprocess.Popen(command) as process:  # noqa: S603 - our own scripts, no shell
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the child got the signal too and stops in order
