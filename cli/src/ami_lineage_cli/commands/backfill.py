"""The verb `backfill`: reads what exists in AWS; without a platform it can only say what would be missing."""

from typing import Annotated

import typer

from ami_lineage_cli.local import run_in_platform, run_script
from ami_lineage_cli.options import AsJson, DataDir, load_settings

INGEST = "ami-lineage-ingest"


def backfill(
    accounts: Annotated[
        str | None, typer.Option(help="Account ids, with commas; without, the organization's.")
    ] = None,
    regions: Annotated[str | None, typer.Option(help="Regions, with commas; without, all enabled.")] = None,
    role: Annotated[str | None, typer.Option(help="Name of the role to take in each other account.")] = None,
    external_id: Annotated[str | None, typer.Option(help="External id that the role asks for.")] = None,
    profile: Annotated[str | None, typer.Option(help="Profile of the AWS CLI to begin with.")] = None,
    preflight: Annotated[bool, typer.Option(help="Only say which permissions are missing.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with the run that was interrupted.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read what exists in each account and Region; 1 when something may not be read."""
    arguments = ["backfill"]
    for name, value in (
        ("--accounts", accounts),
        ("--regions", regions),
        ("--role", role),
        ("--external-id", external_id),
        ("--profile", profile),
    ):
        if value is not None:
            arguments += [name, value]
    arguments += [
        name
        for name, given in (("--preflight", preflight), ("--resume", resume), ("--json", as_json))
        if given
    ]
    if preflight:
        run_script(INGEST, arguments)
    run_in_platform(load_settings(data_dir=data_dir), INGEST, arguments, waits_for_graph=True)
