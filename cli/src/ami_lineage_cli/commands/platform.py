"""Verbs that need a platform on this machine: they call the console scripts of infra/local and the services."""

from pathlib import Path
from typing import Annotated

import typer

from ami_lineage_cli.errors import UsageError
from ami_lineage_cli.local import run_in_platform, run_platform
from ami_lineage_cli.options import AsJson, DataDir, load_settings
from ami_lineage_cli.settings import get_connection, get_running_folder


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Start with the demo organization.")] = False,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Start everything on this machine and stay in the foreground until Ctrl-C."""
    arguments = ["up"]
    if demo:
        arguments.append("--demo")
    if port is not None:
        arguments += ["--port", str(port)]
    if data_dir is not None:
        arguments += ["--data-dir", str(data_dir)]
    run_platform(arguments)


def login(data_dir: DataDir = None) -> None:
    """Print a new login link for the web page of the platform that runs here; it works once."""
    settings = load_settings(data_dir=data_dir)
    running = settings.model_copy(update={"data_dir": get_running_folder(settings), "url": None})
    link = ["login-link", "--base-url", get_connection(running).url]
    run_in_platform(running, "ami-lineage-query-api", link)


def import_(
    paths: Annotated[list[Path], typer.Argument(help="CloudTrail files or folders.")],
    since: Annotated[str | None, typer.Option(help="Only records at or after this time.")] = None,
    until: Annotated[str | None, typer.Option(help="Only records before this time.")] = None,
    accounts: Annotated[str | None, typer.Option(help="Only these account ids, with commas.")] = None,
    regions: Annotated[str | None, typer.Option(help="Only these Regions, with commas.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where to write rejected records.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Import CloudTrail records into your own data; returns when the graph is up to date."""
    if missing := [str(path) for path in paths if not path.exists()]:
        raise UsageError(f"There is no file or folder {', '.join(missing)}: nothing was imported.")
    arguments = [str(path.absolute()) for path in paths]
    for name, value in (
        ("--since", since),
        ("--until", until),
        ("--accounts", accounts),
        ("--regions", regions),
        ("--rejects", None if rejects is None else str(rejects.absolute())),
    ):
        if value is not None:
            arguments += [name, value]
    if as_json:
        arguments.append("--json")
    settings = load_settings(data_dir=data_dir)
    run_in_platform(settings, "ami-lineage-ingest", ["import", *arguments], waits_for_graph=True)


def sample(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    accounts: Annotated[int, typer.Option(min=3)] = 12,
    images: Annotated[int, typer.Option(min=20)] = 300,
    days: Annotated[int, typer.Option(min=7)] = 90,
    seed: Annotated[int, typer.Option()] = 7,
) -> None:
    """Write CloudTrail of a generated organization, with truth.json."""
    sizes = {"--accounts": accounts, "--images": images, "--days": days, "--seed": seed}
    numbers = [word for option, value in sizes.items() for word in (option, str(value))]
    run_platform(["sample", "--out", str(out), *numbers])


def rebuild(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Build the graph anew from the log beside the running one, then switch."""
    arguments = ["rebuild", *(["--json"] if as_json else [])]
    run_in_platform(load_settings(data_dir=data_dir), "ami-lineage-graph-writer", arguments)


def verify(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Compare the graph with what the log says it must be; 1 when they differ."""
    arguments = ["verify", *(["--json"] if as_json else [])]
    run_in_platform(load_settings(data_dir=data_dir), "ami-lineage-graph-writer", arguments)
