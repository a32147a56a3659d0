"""Command line of the local platform: ``ami-lineage-local setup | up | exec | topology | sample``."""

import logging
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import structlog
import typer
from pydantic import ValidationError

from ami_lineage_local.errors import LocalPlatformError, UsageError
from ami_lineage_local.sample import SampleParametersError, generate
from ami_lineage_local.settings import ToolSettings, TopologySettings, UpSettings

_EXIT_USAGE: Final = 2
_EXIT_UNAVAILABLE: Final = 4

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
DataDir = Annotated[Path | None, typer.Option(help="Folder for everything that is kept.")]


@app.callback()
def _root() -> None:
    """AMI Lineage on one machine."""


@app.command()
def setup() -> None:
    """Fetch the Java servers (pinned, checked by sum); nothing when they are there."""
    from ami_lineage_local.jars.download import ensure_jars  # noqa: PLC0415 - loads the downloader only here

    fetched = ensure_jars(ToolSettings().jars_dir)
    if fetched:
        typer.echo(f"{fetched} files fetched and verified.")


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Start with the demo organization.")] = False,
    port: Annotated[int | None, typer.Option(help="Of the API and the page; 0 takes a free one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Start everything and stay in the foreground until Ctrl-C."""
    from ami_lineage_local.system.up import run_platform  # noqa: PLC0415 - loads the servers only here

    given: dict[str, Any] = {"sample": demo or None, "port": port, "data_dir": data_dir}
    settings = UpSettings(**{name: value for name, value in given.items() if value is not None})
    run_platform(settings, ToolSettings(), typer.echo, _note)


@app.command(name="exec", context_settings={"ignore_unknown_options": True})
def exec_(
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after `--`.")],
    data_dir: DataDir = None,
    wait_for_graph: Annotated[bool, typer.Option("--wait-for-graph", help="Until the graph has it.")] = False,
) -> None:
    """Run a command against the servers of a data folder; starts them for it when they do not run."""
    from ami_lineage_local.system.execute import execute  # noqa: PLC0415 - loads the servers only here
    from ami_lineage_local.system.folder import DataFolder  # noqa: PLC0415 - see above

    folder = DataFolder((data_dir or UpSettings().resolved_data_dir).resolve())
    raise typer.Exit(execute(folder, ToolSettings(), command, _note, wait_for_graph=wait_for_graph))


@app.command()
def topology() -> None:
    """Declare tables, buses, queues and rules on the endpoints of AMI_LINEAGE_*_ENDPOINT; again changes nothing."""
    from ami_lineage_local.system.declaring import declare_everything  # noqa: PLC0415 - loads boto3 only here

    declare_everything(TopologySettings(), _note)


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    accounts: Annotated[int, typer.Option(min=3)] = 12,
    images: Annotated[int, typer.Option(min=20)] = 300,
    days: Annotated[int, typer.Option(min=7)] = 90,
    seed: Annotated[int, typer.Option()] = 7,
) -> None:
    """Write the CloudTrail of a generated organization, with truth.json."""
    try:
        summary = generate(out, accounts=accounts, images=images, days=days, seed=seed)
    except SampleParametersError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{summary.records} records in {summary.files} files in {summary.out}")


def main() -> None:
    """Entry point: errors in one sentence; 2 for a wrong command or setting, 4 for servers that do not answer."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )
    try:
        app()
    except ValidationError as error:
        _note("; ".join(f"AMI_LINEAGE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()))
        sys.exit(_EXIT_USAGE)
    except UsageError as error:
        _note(str(error))
        sys.exit(_EXIT_USAGE)
    except LocalPlatformError as error:
        _note(str(error))
        sys.exit(_EXIT_UNAVAILABLE)


def _note(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    main()
