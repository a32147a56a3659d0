"""``ami-lineage-policy-engine``: `serve` runs the service, `check-policy` reads a policy file."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from bus import BusError
from event_log import EventLogError
from graph_store import GraphStoreError
from policy_engine.adapters.policy_file import load_policy_file
from policy_engine.entrypoints.serve import run_service
from policy_engine.errors import PolicyEngineError, PolicyFileError
from policy_engine.settings import PolicyEngineSettings

EXIT_REFUSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNAVAILABLE: Final = 4

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _read_settings() -> PolicyEngineSettings:
    return PolicyEngineSettings()


@app.command()
def serve() -> None:
    """Evaluate images under the policy until SIGTERM or Ctrl-C."""
    asyncio.run(run_service(_read_settings()))


@app.command()
def check_policy(file: Annotated[Path, typer.Argument(help="A policy file.")]) -> None:
    """Read a policy file; exit code 1 with line, path and reason when it is refused."""
    policy = load_policy_file(file)
    sys.stdout.write(
        f"{file}: {policy.policy.name}, {len(policy.policy.rules)} rules, digest {policy.digest}\n"
    )


def main() -> None:
    """Run, and turn expected failures into one sentence on stderr and an exit code."""
    try:
        app()
    except ValidationError as error:
        first = error.errors()[0]
        name = "AMI_LINEAGE_" + "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"the setting {name} is wrong: {first['msg']}", EXIT_USAGE)
    except PolicyFileError as error:
        _fail(str(error), EXIT_REFUSED)
    except (PolicyEngineError, GraphStoreError, EventLogError, BusError) as error:
        _fail(f"{error}; look whether the log and the graph answer, then try again", EXIT_UNAVAILABLE)


def _fail(text: str, code: int) -> None:
    sys.stderr.write(f"ami-lineage-policy-engine: {text}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
