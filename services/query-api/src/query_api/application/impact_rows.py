"""Rows of a blast radius: what was read for it, where each instance stands, and how much stands on a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph_store.models import Edge, Vertex
from query_api.application.accounts import Accounts, name_account
from query_api.application.answers import InstanceRow
from query_api.application.impact_answers import Affected, Exposure, GroupRow, ReferrerRow
from query_api.application.references import References, is_open
from query_api.application.views import read_text, to_instance, to_node
from query_api.domain.blast_radius import Standing, Window, find_standing

TEMPLATES: Final = "launch_template"
PARAMETERS: Final = "parameter"
PAGE_BYTES: Final = 8_000_000
ROW_BYTES: Final = 400
"""Of the names of the fields of a row, and of what is not a property of the instance."""


@dataclass(frozen=True)
class Radius:
    """What was read for an answer."""

    images: Mapping[str, Vertex]
    instances: tuple[Vertex, ...]
    edges: Mapping[str, list[Edge]]
    standings: Mapping[str, Standing]
    references: References
    truncated: bool


def stand(
    instance: Vertex, edges: Sequence[Edge], images: Collection[str], *, counts_all: bool, window: Window
) -> Standing:
    """Where an instance stands; of one that the principal started every image counts."""
    affected = {edge.target for edge in edges} if counts_all else images
    runs_another = any(
        edge.label == "RUNS" and is_open(edge) and edge.target not in affected for edge in edges
    )
    return find_standing(instance, edges, affected, runs_another=runs_another, window=window)


def build_affected(
    radius: Radius,
    page: Sequence[Vertex],
    accounts: Accounts,
    referring: tuple[Sequence[GroupRow], Sequence[ReferrerRow]],
    places: Mapping[str, tuple[str, ...]],
    *,
    is_first: bool,
) -> Affected:
    """What is affected now; images and references on the first page only."""
    groups, referrers = referring
    images = [vertex for _, vertex in sorted(radius.images.items())] if is_first else []
    return Affected(
        images=tuple(name_account(to_node(vertex), accounts) for vertex in images),
        instances=tuple(
            _to_row(one, radius, accounts) for one in page if radius.standings[one.id].runs is not None
        ),
        auto_scaling_groups=tuple(groups),
        launch_templates=tuple(row for row in referrers if row.kind == TEMPLATES),
        parameters=tuple(row for row in referrers if row.kind == PARAMETERS),
        other_references=tuple(row for row in referrers if row.kind not in {TEMPLATES, PARAMETERS}),
        accounts=places["account_id"],
        regions=places["region"],
    )


def list_exposure(instance: Vertex, radius: Radius, accounts: Accounts) -> list[Exposure]:
    """Times in which an instance ran what is affected, and does so no longer."""
    return [
        Exposure(
            instance=_to_row(instance, radius, accounts),
            image=each.image,
            ran_from=each.ran_from,
            ran_to=each.ran_to,
            because=each.because,
        )
        for each in radius.standings[instance.id].exposed
    ]


def _to_row(instance: Vertex, radius: Radius, accounts: Accounts) -> InstanceRow:
    """Row of an instance with what it runs now, whether affected or not."""
    edges = radius.edges[instance.id]
    launched = next((edge.target for edge in edges if edge.label == "LAUNCHED_FROM"), None)
    run = radius.standings[instance.id].runs or next(
        (edge for edge in edges if edge.label == "RUNS" and is_open(edge)), None
    )
    since = read_text(run.properties.get("valid_from")) if run is not None else None
    row = to_instance(instance, run.target if run is not None else None, since, launched)
    return name_account(row, accounts)


def list_values(vertices: Sequence[Vertex], name: str) -> tuple[str, ...]:
    """Values of a property, sorted, each once."""
    return tuple(sorted({str(one.properties[name]) for one in vertices if one.properties.get(name)}))


def cut_page(instances: Sequence[Vertex], radius: Radius) -> Sequence[Vertex]:
    """As many as stay within the bytes of a page by a careful guess, and at least one."""
    used = 0
    for number, one in enumerate(instances):
        values = sum(len(value) for value in one.properties.values() if isinstance(value, str))
        rows = len(radius.standings[one.id].exposed) + (radius.standings[one.id].runs is not None)
        used += rows * (ROW_BYTES + values)
        if used > PAGE_BYTES and number:
            return instances[:number]
    return instances
