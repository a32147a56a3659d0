"""``ami-lineage-graph-writer``: `serve` runs the service, `rebuild` and `verify` are single commands."""

import asyncio
import sys
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from bus import BusError
from event_log import EventLogError
from graph_store import GraphStoreError
from graph_writer.entrypoints.commands import run_rebuild, run_verify
from graph_writer.entrypoints.serving import run_service
from graph_writer.errors import GraphWriterError
from graph_writer.settings import GraphWriterSettings

EXIT_INCONSISTENT: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNAVAILABLE: Final = 4

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


def _read_settings() -> GraphWriterSettings:
    return GraphWriterSettings()


@app.command()
def serve() -> None:
    """Follow the log into the graph until SIGTERM or Ctrl-C."""
    asyncio.run(run_service(_read_settings()))


@app.command()
def rebuild(*, as_json: AsJson = False) -> None:
    """Build a new generation from the log and switch to it; running writers go on."""
    asyncio.run(run_rebuild(_read_settings(), as_json=as_json))


@app.command()
def verify(*, as_json: AsJson = False) -> None:
    """Compare the graph with the log; exit code 1 when they differ."""
    if not asyncio.run(run_verify(_read_settings(), as_json=as_json)):
        raise SystemExit(EXIT_INCONSISTENT)


def main() -> None:
    """Run, and turn expected failures into one sentence on stderr and an exit code."""
    try:
        app()
    except ValidationError as error:
        first = error.errors()[0]
        name = "AMI_LINEAGE_" + "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"the setting {name} is wrong: {first['msg']}", EXIT_USAGE)
    except (GraphWriterError, GraphStoreError, EventLogError, BusError) as error:
        _fail(f"{error}; look whether the log and the graph answer, then try again", EXIT_UNAVAILABLE)


def _fail(text: str, code: int) -> None:
    sys.stderr.write(f"ami-lineage-graph-writer: {text}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
