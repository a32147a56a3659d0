"""Verbs about impact, usage, change and coverage."""

from typing import Annotated, Any

import typer

from ami_lineage_cli.commands.queries import connect, to_path
from ami_lineage_cli.errors import UsageError
from ami_lineage_cli.options import AsJson, DataDir, Image, Output, Url, to_format
from ami_lineage_cli.output import OutputFormat, print_answer

INSTANCE_COLUMNS = (
    "instance_id", "name", "account_id", "account_name", "owner", "region", "state", "runs", "since", "launched_by",
)  # fmt: skip
LATENT_COLUMNS = ("name", "account_id", "owner", "region", "image", "how", "since")
EXPOSURE_COLUMNS = (
    "instance_id",
    "account_id",
    "region",
    "image",
    "ran_from",
    "ran_to",
    "because",
    "launched_by",
)
REFERENCE_COLUMNS = ("kind", "name", "account_id", "owner", "region")
STEP_COLUMNS = ("priority", "action", "targets", "why")
UNKNOWN_COLUMNS = ("subject", "reason", "detail")
LAUNCH_COLUMNS = ("principal", "account_id", "account_name", "launches", "first_at", "last_at")
COVERAGE_COLUMNS = (
    "account_id", "account_name", "region", "covered_since", "covered_until", "lag_seconds", "sources",
    "described_at", "gaps", "denied",
)  # fmt: skip
EXPLAINED_COLUMNS = (
    "source", "account_id", "account_name", "region", "images", "instances", "auto_scaling_groups", "advice",
)  # fmt: skip


def impact(
    image: Annotated[str | None, typer.Argument(help="An image id, region/id, ARN or stream id.")] = None,
    account: Annotated[str | None, typer.Option(help="Instead: all images of this account.")] = None,
    principal: Annotated[
        str | None, typer.Option(help="Instead: what this role or user made and launched.")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Exposure from this day or moment (UTC).")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Exposure until this day or moment (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=25_000, help="Instances of a page.")] = 25_000,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """What runs a descendant now, what the next scale-out would start, and what did run it and is gone."""
    given = {"ami_id": image, "account": account, "principal": principal}
    starts = {key: value for key, value in given.items() if value is not None}
    if len(starts) != 1:
        raise UsageError("Give exactly one of an image, --account and --principal.")
    more = {"from": from_, "to": to, "cursor": cursor}
    with connect(url, data_dir) as api:
        body = api.post(
            "/api/v1/security-impact",
            {**starts, "limit": limit, **{key: value for key, value in more.items() if value is not None}},
        )
    affected = body["affected"]
    references = affected["launch_templates"] + affected["parameters"] + affected["other_references"]
    print_answer(
        to_format(output, as_json),
        body,
        {
            "Run it now": (affected["instances"], INSTANCE_COLUMNS),
            "The next scale-out would start it": (body["latent"], LATENT_COLUMNS),
            "Ran it, and no longer do": ([_flatten(row) for row in body["exposure"]], EXPOSURE_COLUMNS),
            "Lead to it": (references, REFERENCE_COLUMNS),
            "What to do": (body["remediation_steps"], STEP_COLUMNS),
            "Not known": (body["unknowns"], UNKNOWN_COLUMNS),
            "Counts": ([body["counts"]], tuple(body["counts"])),
        },
    )


def _flatten(row: dict[str, Any]) -> dict[str, Any]:
    return {**row["instance"], **{key: value for key, value in row.items() if key != "instance"}}


def usage(
    image: Image,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows of instances.")] = 1000,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Who launches an image, what runs it now, and what refers to it."""
    with connect(url, data_dir) as api:
        body = api.get(to_path(image, "usage"), {"limit": limit})
    print_answer(
        to_format(output, as_json),
        body,
        {
            "Launched by": (body["launches_by"], LAUNCH_COLUMNS),
            "Instances": (body["instances"], INSTANCE_COLUMNS),
            "The next scale-out would start it": (body["latent"], LATENT_COLUMNS),
            "Refer to it": (body["references"], REFERENCE_COLUMNS),
            "Not known": (body["unknowns"], UNKNOWN_COLUMNS),
        },
    )


def diff(
    image: Image,
    from_: Annotated[str, typer.Option("--from", help="A day or a moment in UTC.")],
    to: Annotated[str | None, typer.Option(help="A day or a moment in UTC; now by default.")] = None,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """What changed of an image between two times: state, tags, sharing, relatives, instances."""
    with connect(url, data_dir) as api:
        body = api.get(to_path(image, "diff"), {"from": from_, "to": to})
    relatives = ("id", "change", "at")
    print_answer(
        to_format(output, as_json),
        body,
        {
            "Changes": (body["changes"], ("what", "before", "after")),
            "Parents": (body["parents"], relatives),
            "Children": (body["children"], relatives),
            "Instances": (body["instances"], relatives),
            "Not known": (body["unknowns"], UNKNOWN_COLUMNS),
        },
    )


def coverage(
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Also which missing source explains how much of what is unknown."),
    ] = False,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """What was captured of each account and Region: since when, from what, lag, gaps, refused actions."""
    with connect(url, data_dir) as api:
        body = api.get("/api/v1/coverage", {"explain": "true"} if explain else {})
    tables: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {}
    if explain:
        tables["What is unknown, by the source that would fill it"] = (
            body["explanations"],
            EXPLAINED_COLUMNS,
        )
    tables["Coverage"] = (body["regions"], COVERAGE_COLUMNS)
    print_answer(to_format(output, as_json), body, tables)
