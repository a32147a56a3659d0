"""Impact: what an image, an account or a principal affects now, at the next scale-out, and what it did affect."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph_store.models import Edge, Vertex
from query_api.application.accounts import Accounts, name_account
from query_api.application.answers import InstanceRow, Unknown
from query_api.application.images import ImageFinder
from query_api.application.impact_answers import (
    Affected,
    Exposure,
    GroupRow,
    ImpactAnswer,
    ImpactCounts,
    ImpactRequest,
    ReferrerRow,
    Subject,
)
from query_api.application.impact_roots import Roots, find_roots
from query_api.application.impact_unknowns import list_unknowns
from query_api.application.ports import GraphReader
from query_api.application.references import (
    References,
    is_open,
    list_groups,
    list_launches,
    list_referrers,
    load_references,
)
from query_api.application.remediation import list_steps
from query_api.application.surroundings import Around, Surroundings
from query_api.application.unsure_groups import UnsureGroups
from query_api.application.views import read_text, to_instance, to_node
from query_api.domain.blast_radius import Standing, Window, find_standing
from query_api.domain.cursors import CursorCodec

INSTANCES_LIMIT: Final = 50_000
EDGES_LIMIT: Final = 200_000
TEMPLATES: Final = "launch_template"
PARAMETERS: Final = "parameter"


@dataclass(frozen=True)
class Radius:
    """What was read for an answer."""

    images: Mapping[str, Vertex]
    instances: tuple[Vertex, ...]
    edges: Mapping[str, list[Edge]]
    standings: Mapping[str, Standing]
    references: References
    truncated: bool


class ImpactService:
    """Answers questions about impact."""

    def __init__(
        self,
        graph: GraphReader,
        finder: ImageFinder,
        cursors: CursorCodec,
        surroundings: Surroundings,
        unsure: UnsureGroups,
    ) -> None:
        self._graph = graph
        self._finder = finder
        self._cursors = cursors
        self._surroundings = surroundings
        self._unsure = unsure

    async def answer(self, request: ImpactRequest) -> ImpactAnswer:
        """A page of the blast radius."""
        question = _build_key(request)
        position = str(self._cursors.decode(question, request.cursor)[0]) if request.cursor else None
        window = Window(_to_moment(request.from_), _to_moment(request.to))
        roots = await find_roots(self._graph, self._finder, request, window)
        radius = await self._measure(roots, window)
        elsewhere = await self._unsure.find(
            _list_values([*radius.images.values()], "region"), radius.references.vertices.keys()
        )
        described = [*radius.images.values(), *radius.instances, *radius.references.vertices.values()]
        rest = [one for one in radius.instances if position is None or one.id > position]
        page = rest[: request.limit]
        more = len(rest) > len(page)
        return self._build(
            request,
            roots,
            radius,
            page=page,
            elsewhere=elsewhere,
            is_first=position is None,
            around=await self._surroundings.load(described),
            next_cursor=self._cursors.encode(question, [page[-1].id]) if more else None,
        )

    async def _measure(self, roots: Roots, window: Window) -> Radius:
        impact = await self._graph.find_impact(roots.images, INSTANCES_LIMIT)
        images = await self._graph.find_vertices(sorted(impact.image_ids))
        found = {vertex.id: vertex for vertex in (*impact.instances, *roots.instances)}
        edges: dict[str, list[Edge]] = defaultdict(list)
        for edge in impact.edges:
            edges[edge.source].append(edge)
        # Of the others nothing more need be read: an open run of an affected image says it all.
        unclear = sorted(
            key
            for key in found
            if not any(edge.label == "RUNS" and is_open(edge) for edge in edges.get(key, ()))
        )
        others = await self._graph.find_neighbours(
            unclear, ["RUNS", "LAUNCHED_FROM"], outgoing=True, limit=EDGES_LIMIT
        )
        for edge in others.edges:
            if edge.id not in {each.id for each in edges[edge.source]}:
                edges[edge.source].append(edge)
        launched = {vertex.id for vertex in roots.instances}
        instances = tuple(found[key] for key in sorted(found))
        return Radius(
            images=images,
            instances=instances,
            edges=edges,
            standings={
                one.id: _stand(one, edges[one.id], images, counts_all=one.id in launched, window=window)
                for one in instances
            },
            references=await load_references(self._graph, sorted(images)),
            truncated=impact.truncated or others.truncated or roots.truncated,
        )

    def _build(
        self,
        request: ImpactRequest,
        roots: Roots,
        radius: Radius,
        *,
        page: Sequence[Vertex],
        elsewhere: list[Unknown],
        is_first: bool,
        around: Around,
        next_cursor: str | None,
    ) -> ImpactAnswer:
        accounts = around.accounts
        referrers = list_referrers(radius.references, accounts)
        groups = list_groups(radius.references, accounts)
        latent = list_launches(radius.references, accounts)
        running = [one for one in radius.instances if radius.standings[one.id].runs is not None]
        unknowns = list_unknowns(radius.images, radius.instances, radius.standings, groups)
        unknowns += [*roots.unknowns, *elsewhere]
        if radius.truncated or radius.references.truncated:
            unknowns.append(_say_cut())
        touched = [*radius.images.values(), *running]
        places = {name: _list_values(touched, name) for name in ("account_id", "region")}
        return ImpactAnswer(
            subject=_to_subject(request),
            roots=tuple(roots.images),
            affected=_build_affected(
                radius,
                page,
                accounts,
                (groups, referrers) if is_first else ((), ()),
                places,
                is_first=is_first,
            ),
            latent=tuple(latent) if is_first else (),
            exposure=tuple(row for one in page for row in _list_exposure(one, radius, accounts)),
            counts=ImpactCounts(
                images=len(radius.images),
                instances=len(running),
                auto_scaling_groups=len(groups),
                launch_templates=sum(1 for row in referrers if row.kind == TEMPLATES),
                parameters=sum(1 for row in referrers if row.kind == PARAMETERS),
                latent=len(latent),
                exposure=sum(len(standing.exposed) for standing in radius.standings.values()),
                accounts=len(places["account_id"]),
                regions=len(places["region"]),
                unknowns=len(unknowns),
            ),
            remediation_steps=list_steps(radius.images, running, latent, referrers, unknowns)
            if is_first
            else (),
            unknowns=tuple(unknowns) if is_first else (),
            coverage=around.coverage,
            truncated=next_cursor is not None or radius.truncated or radius.references.truncated,
            next_cursor=next_cursor,
        )


def _stand(
    instance: Vertex, edges: Sequence[Edge], images: Collection[str], *, counts_all: bool, window: Window
) -> Standing:
    """Where an instance stands; of one that the principal started every image counts."""
    affected = {edge.target for edge in edges} if counts_all else images
    runs_another = any(
        edge.label == "RUNS" and is_open(edge) and edge.target not in affected for edge in edges
    )
    return find_standing(instance, edges, affected, runs_another=runs_another, window=window)


def _build_affected(
    radius: Radius,
    page: Sequence[Vertex],
    accounts: Accounts,
    referring: tuple[Sequence[GroupRow], Sequence[ReferrerRow]],
    places: Mapping[str, tuple[str, ...]],
    *,
    is_first: bool,
) -> Affected:
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


def _list_exposure(instance: Vertex, radius: Radius, accounts: Accounts) -> list[Exposure]:
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


def _list_values(vertices: Sequence[Vertex], name: str) -> tuple[str, ...]:
    return tuple(sorted({str(one.properties[name]) for one in vertices if one.properties.get(name)}))


def _to_moment(text: str | None) -> str | None:
    """A moment as a key time; a day is its first moment."""
    if text is None:
        return None
    day, _, time = text.rstrip("Z").partition("T")
    parts = (time or "00:00").split(":")
    seconds, _, fraction = (parts[2] if len(parts) > 2 else "00").partition(".")  # noqa: PLR2004 - h, m, s
    return f"{day}T{parts[0]}:{parts[1]}:{seconds}.{fraction:0<6}Z"


def _to_subject(request: ImpactRequest) -> Subject:
    kind, value = next(
        (kind, value)
        for kind, value in (
            ("image", request.ami_id),
            ("account", request.account),
            ("principal", request.principal),
        )
        if value is not None
    )
    return Subject.model_validate(
        {
            "kind": kind,
            "value": value,
            "window_from": request.from_,
            "window_to": request.to,
            "finding_type": request.finding_type,
            "finding_id": request.finding_id,
            "severity": request.severity,
        }
    )


def _build_key(request: ImpactRequest) -> str:
    text = request.model_dump_json(exclude={"cursor", "limit"})
    return f"impact|{hashlib.sha256(text.encode()).hexdigest()}"


def _say_cut() -> Unknown:
    return Unknown(
        subject="answer",
        reason="too_large",
        detail=f"More than {INSTANCES_LIMIT} images, instances or references are affected; the rest is not shown.",
    )
