"""``ami-lineage-ingest``: `serve` runs the service, `import` reads files into the log."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError

from ingest.adapters.file_source import FileSource
from ingest.bootstrap import build_limits
from ingest.entrypoints.backfilling import (
    build_options,
    build_source_settings,
    run_backfill,
    run_preflight,
)
from ingest.entrypoints.estimating import build_estimate, print_estimate
from ingest.entrypoints.importing import Output, build_selection, run_import
from ingest.entrypoints.serving import run_service
from ingest.entrypoints.sources import build_import_sources, build_lookup_sources
from ingest.errors import LogUnavailableError, SourceUnavailableError, UsageError
from ingest.settings import HistorySettings, IngestSettings

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 4

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve() -> None:
    """Consume the central queue, follow the archive, observe; until SIGTERM or Ctrl-C."""
    asyncio.run(run_service(IngestSettings()))


Since = Annotated[str | None, typer.Option(help="Only records from this time on (UTC).")]
Until = Annotated[str | None, typer.Option(help="Only records before this time (UTC).")]
Rejects = Annotated[Path | None, typer.Option(help="Where rejected records go, as JSON lines.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Profile = Annotated[str | None, typer.Option(help="Profile of the AWS CLI for the source session.")]
Role = Annotated[str | None, typer.Option(help="Role that the source session assumes: an ARN or a name.")]
ExternalId = Annotated[str | None, typer.Option(help="External id that the role asks for.")]


@app.command("import")
def import_files(
    places: Annotated[list[str], typer.Argument(help="Files, folders or s3://bucket/prefix of records.")],
    *,
    as_json: AsJson = False,
    rejects: Rejects = None,
    since: Since = None,
    until: Until = None,
    accounts: Annotated[str, typer.Option(help="Only these accounts, comma-separated.")] = "",
    regions: Annotated[str, typer.Option(help="Only these Regions, comma-separated.")] = "",
    estimate: Annotated[bool, typer.Option(help="Only say how much there is to read.")] = False,
    profile: Profile = None,
    role: Role = None,
    external_id: ExternalId = None,
    bucket_owner: Annotated[str | None, typer.Option(help="Account that must own the bucket.")] = None,
) -> None:
    """Read records into the log; a second time changes nothing, and an interrupted import goes on."""
    settings = IngestSettings()
    selection = build_selection(since, until, accounts, regions)
    history = _build_history(profile, role, external_id, bucket_owner)
    sources = build_import_sources(places, build_limits(settings), selection, history)
    if estimate:
        print_estimate(build_estimate(sources), as_json=as_json)
        return
    local = [source for source in sources if isinstance(source, FileSource)]
    known = build_estimate(local).bytes if len(local) == len(sources) and sys.stdout.isatty() else None
    asyncio.run(run_import(settings, sources, selection, Output(as_json, rejects, known)))


@app.command()
def lookup(
    *,
    regions: Annotated[str, typer.Option(help="Regions to look into, comma-separated.")],
    accounts: Annotated[
        str, typer.Option(help="Accounts, comma-separated; without, the session's own.")
    ] = "",
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
    rejects: Rejects = None,
    profile: Profile = None,
    role: Role = None,
    external_id: ExternalId = None,
) -> None:
    """Read the 90 days that CloudTrail itself keeps into the log, without any trail."""
    selection = build_selection(since, until, accounts, regions)
    sources = build_lookup_sources(selection, _build_history(profile, role, external_id, None))
    asyncio.run(run_import(IngestSettings(), sources, selection, Output(as_json, rejects)))


@app.command()
def backfill(
    *,
    accounts: Annotated[
        str, typer.Option(help="Accounts, comma-separated; without, the organization's.")
    ] = "",
    regions: Annotated[str, typer.Option(help="Regions, comma-separated; without, all enabled ones.")] = "",
    preflight: Annotated[bool, typer.Option(help="Only say which permissions are missing.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with the run that was interrupted.")] = False,
    as_json: AsJson = False,
    profile: Profile = None,
    role: Annotated[
        str | None, typer.Option(help="Name of the role to assume in each other account.")
    ] = None,
    external_id: ExternalId = None,
) -> None:
    """Read what exists in each account and Region, and append what the log does not tell yet."""
    options = build_options(accounts, regions, resume=resume, as_json=as_json)
    source = build_source_settings(profile, role, external_id)
    run = run_preflight if preflight else run_backfill
    raise typer.Exit(asyncio.run(run(IngestSettings(), source, options)))


def _build_history(
    profile: str | None, role: str | None, external_id: str | None, bucket_owner: str | None
) -> HistorySettings:
    given = {
        "profile": profile,
        "role": role,
        "external_id": None if external_id is None else SecretStr(external_id),
        "bucket_owner": bucket_owner,
    }
    return HistorySettings().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )


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
    except SourceUnavailableError as error:
        _fail(f"{error}; the same command goes on where this one ended", EXIT_UNAVAILABLE)
    except LogUnavailableError as error:
        _fail(f"{error}; start the import again when it is back, nothing is read twice", EXIT_UNAVAILABLE)


def _fail(text: str, code: int) -> None:
    sys.stderr.write(f"ami-lineage-ingest: {text}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
