"""Verbs that need a platform on this machine: they call the console scripts of infra/local and the services."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ami_lineage_cli.errors import UsageError
from ami_lineage_cli.local import run_in_platform, run_platform, run_script
from ami_lineage_cli.options import AsJson, DataDir, load_settings
from ami_lineage_cli.settings import get_connection, get_running_folder

Since = Annotated[str | None, typer.Option(help="Only records at or after this time.")]
Until = Annotated[str | None, typer.Option(help="Only records before this time.")]
Rejects = Annotated[Path | None, typer.Option(help="Where to write rejected records.")]
Profile = Annotated[str | None, typer.Option(help="AWS profile that reads your organization.")]
Role = Annotated[str | None, typer.Option(help="Role to assume for reading: an ARN or a name.")]
ExternalId = Annotated[str | None, typer.Option(help="External id that the role asks for.")]


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
    paths: Annotated[list[str], typer.Argument(help="CloudTrail files, folders or s3://bucket/prefix.")],
    since: Since = None,
    until: Until = None,
    accounts: Annotated[str | None, typer.Option(help="Only these account ids, with commas.")] = None,
    regions: Annotated[str | None, typer.Option(help="Only these Regions, with commas.")] = None,
    rejects: Rejects = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say how much there is to read.")] = False,
    profile: Profile = None,
    role: Role = None,
    external_id: ExternalId = None,
    bucket_owner: Annotated[str | None, typer.Option(help="Account that must own the bucket.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Import CloudTrail records into your own data; returns when the graph is up to date."""
    remote = [path for path in paths if path.startswith("s3://")]
    if missing := [path for path in paths if path not in remote and not Path(path).exists()]:
        raise UsageError(f"There is no file or folder {', '.join(missing)}: nothing was imported.")
    # A console script runs in another folder.
    arguments = [path if path in remote else str(Path(path).absolute()) for path in paths]
    arguments += _to_words(
        {
            "--since": since,
            "--until": until,
            "--accounts": accounts,
            "--regions": regions,
            "--rejects": None if rejects is None else str(rejects.absolute()),
            "--profile": profile,
            "--role": role,
            "--external-id": external_id,
            "--bucket-owner": bucket_owner,
        }
    )
    arguments += ["--json"] if as_json else []
    if estimate:
        run_script("ami-lineage-ingest", ["import", *arguments, "--estimate"])
    _run_ingest(["import", *arguments], data_dir)


def lookup(
    regions: Annotated[str, typer.Option(help="Regions to look into, with commas.")],
    accounts: Annotated[
        str | None, typer.Option(help="Accounts, with commas; else the profile's own.")
    ] = None,
    since: Since = None,
    until: Until = None,
    rejects: Rejects = None,
    profile: Profile = None,
    role: Role = None,
    external_id: ExternalId = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Import the 90 days that CloudTrail itself keeps, without any trail; returns when the graph is up to date."""
    arguments = _to_words(
        {
            "--regions": regions,
            "--accounts": accounts,
            "--since": since,
            "--until": until,
            "--rejects": None if rejects is None else str(rejects.absolute()),
            "--profile": profile,
            "--role": role,
            "--external-id": external_id,
        }
    )
    _run_ingest(["lookup", *arguments, *(["--json"] if as_json else [])], data_dir)


def _run_ingest(arguments: list[str], data_dir: Path | None) -> None:
    settings = load_settings(data_dir=data_dir)
    run_in_platform(settings, "ami-lineage-ingest", arguments, waits_for_graph=True)


def _to_words(options: Mapping[str, str | None]) -> list[str]:
    return [word for name, value in options.items() if value is not None for word in (name, value)]


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
