"""``ami-lineage-ingest``: `serve` runs the service, `import` reads files into the log."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ingest.entrypoints.importing import build_selection, find_roots, run_import
from ingest.entrypoints.serving import run_service
from ingest.errors import LogUnavailableError, UsageError
from ingest.settings import IngestSettings

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 4

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve() -> None:
    """Consume the central queue, follow the archive, observe; until SIGTERM or Ctrl-C."""
    asyncio.run(run_service(IngestSettings()))


@app.command("import")
def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of CloudTrail records.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected records go, as JSON lines.")] = None,
    since: Annotated[str | None, typer.Option(help="Only records from this time on (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Only records before this time (UTC).")] = None,
    accounts: Annotated[str, typer.Option(help="Only these accounts, comma-separated.")] = "",
    regions: Annotated[str, typer.Option(help="Only these Regions, comma-separated.")] = "",
) -> None:
    """Read records from files into the log; a second time changes nothing."""
    roots = find_roots(paths)
    selection = build_selection(since, until, accounts, regions)
    asyncio.run(run_import(IngestSettings(), roots, selection, rejects, as_json=as_json))


def main() -> None:
    """Run, and turn expected failures into one sentence on stderr and an exit code."""
    try:
        app()
    except UsageError as error:
        _fail(str(error), EXIT_USAGE)
    except ValidationError as error:
        first = error.errors()[0]
        name = "AMI_LINEAGE_" + "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"the setting {name} is wrong: {first['msg']}", EXIT_USAGE)
    except LogUnavailableError as error:
        _fail(f"{error}; start the import again when it is back, nothing is read twice", EXIT_UNAVAILABLE)


def _fail(text: str, code: int) -> None:
    sys.stderr.write(f"ami-lineage-ingest: {text}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
