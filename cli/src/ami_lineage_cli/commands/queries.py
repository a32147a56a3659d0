"""Verbs that print an answer of the API."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from ami_lineage_cli.client import ApiClient
from ami_lineage_cli.options import (
    AsJson,
    AsOf,
    DataDir,
    Image,
    KnownAt,
    Output,
    Url,
    load_settings,
    to_format,
)
from ami_lineage_cli.output import OutputFormat, print_answer
from ami_lineage_cli.settings import get_connection

NODE_COLUMNS = ("kind", "resource_id", "name", "account_id", "region", "state", "depth", "terminal_reason")
EDGE_COLUMNS = ("source", "target", "kind", "method", "confidence", "valid_from", "valid_to")
STEP_COLUMNS = ("image", "parent", "method", "confidence", "evidence")
EVENT_COLUMNS = ("occurred_at", "event_type", "actor", "source", "event_id", "data")
IMAGE_COLUMNS = ("resource_id", "name", "account_id", "region", "state", "created_at", "method", "confidence")


def connect(url: str | None, data_dir: Any) -> ApiClient:  # noqa: ANN401 - typer hands over a Path or None
    """A client of the API that these options name."""
    return ApiClient(get_connection(load_settings(url, data_dir)))


def to_path(image: str, question: str) -> str:
    """Path of a question; whatever was typed stays one name in it."""
    return f"/api/v1/ami/{quote(image, safe='/:')}/{question}"


def lineage(
    image: Image,
    direction: Annotated[str, typer.Option(help="ancestors, descendants or both.")] = "both",
    depth: Annotated[int, typer.Option(min=1, max=100)] = 10,
    include: Annotated[str | None, typer.Option(help="instances, snapshots, or both with a comma.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Where an image came from and what was made of it, with method, confidence and evidence."""
    with connect(url, data_dir) as api:
        body = api.get(
            to_path(image, "lineage"),
            {
                "direction": direction,
                "depth": depth,
                "include": include,
                "as_of": as_of,
                "known_at": known_at,
            },
        )
    print_answer(
        to_format(output, as_json),
        body,
        {"Lineage": (body["nodes"], NODE_COLUMNS), "Edges": (body["edges"], EDGE_COLUMNS)},
    )


def _to_steps(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "image": step["image"]["id"],
            "parent": parent["image"],
            "method": parent["method"],
            "confidence": parent["confidence"],
            "evidence": [f"{event['event_type']} {event['event_id']}" for event in parent["evidence"]],
        }
        for step in body["chain"]
        for parent in step["parents"]
    ]


def provenance(
    image: Image,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """The chain from an image to its root, each step with its evidence, each end with its reason."""
    with connect(url, data_dir) as api:
        body = api.get(to_path(image, "provenance"), {"as_of": as_of, "known_at": known_at})
    print_answer(
        to_format(output, as_json),
        body,
        {
            "Chain": (_to_steps(body), STEP_COLUMNS),
            "Ends": (body["ends"], ("image", "terminal_reason")),
        },
    )


def history(
    image: Image,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 200,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Every event of an image, with who did it."""
    with connect(url, data_dir) as api:
        body = api.get(to_path(image, "history"), {"limit": limit, "as_of": as_of, "known_at": known_at})
    print_answer(to_format(output, as_json), body, {"History": (body["events"], EVENT_COLUMNS)})


def search(
    name: Annotated[str | None, typer.Argument(help="Name, with * and ? as wildcards.")] = None,
    account: Annotated[str | None, typer.Option(help="Account id of the owner.")] = None,
    region: Annotated[str | None, typer.Option()] = None,
    state: Annotated[str | None, typer.Option()] = None,
    tag: Annotated[str | None, typer.Option(help="Key, or Key=value.")] = None,
    derived_from: Annotated[str | None, typer.Option(help="Only descendants of this image.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Images that match all filters given."""
    filters = {
        "name": name,
        "account": account,
        "region": region,
        "state": state,
        "tag": tag,
        "derived_from": derived_from,
    }
    with connect(url, data_dir) as api:
        body = api.post(
            "/api/v1/ami/search",
            {"limit": limit, **{key: value for key, value in filters.items() if value is not None}},
        )
    print_answer(to_format(output, as_json), body, {"Images": (body["images"], IMAGE_COLUMNS)})


def overview(
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Counts of the whole organization."""
    with connect(url, data_dir) as api:
        body = api.get("/api/v1/overview")
    rows = [{"what": key, "value": value} for key, value in body.items()]
    print_answer(to_format(output, as_json), body, {"Overview": (rows, ("what", "value"))})


def status(
    url: Url = None,
    data_dir: DataDir = None,
    output: Output = OutputFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Which generation of the graph answers, and up to when it holds the log."""
    with connect(url, data_dir) as api:
        body = api.get("/api/v1/generations")
    rows = [{"what": key, "value": value} for key, value in body.items()]
    print_answer(to_format(output, as_json), body, {"Status": (rows, ("what", "value"))})
