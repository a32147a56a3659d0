"""Impact: what an image, an account or a principal affects now, at the next scale-out, and what it did affect."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from graph_store.models import Edge, Vertex
from query_api.application.answers import Unknown
from query_api.application.images import ImageFinder
from query_api.application.impact_answers import (
    ImpactAnswer,
    ImpactCounts,
    ImpactRequest,
    Subject,
)
from query_api.application.impact_roots import Roots, find_roots
from query_api.application.impact_rows import (
    PARAMETERS,
    TEMPLATES,
    Radius,
    build_affected,
    cut_page,
    list_exposure,
    list_values,
    stand,
)
from query_api.application.impact_unknowns import list_unknowns
from query_api.application.ports import GraphReader
from query_api.application.references import (
    is_open,
    list_groups,
    list_launches,
    list_referrers,
    load_references,
)
from query_api.application.remediation import list_steps
from query_api.application.surroundings import Around, Surroundings
from query_api.application.unsure_groups import UnsureGroups
from query_api.domain.blast_radius import Window
from query_api.domain.cursors import CursorCodec

INSTANCES_LIMIT: Final = 50_000
EDGES_LIMIT: Final = 200_000


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
            list_values([*radius.images.values()], "region"), radius.references.vertices.keys()
        )
        described = [*radius.images.values(), *radius.instances, *radius.references.vertices.values()]
        rest = [one for one in radius.instances if position is None or one.id > position]
        page = cut_page(rest[: request.limit], radius)
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
                one.id: stand(one, edges[one.id], images, counts_all=one.id in launched, window=window)
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
        places = {name: list_values(touched, name) for name in ("account_id", "region")}
        return ImpactAnswer(
            subject=_to_subject(request),
            roots=tuple(roots.images),
            affected=build_affected(
                radius,
                page,
                accounts,
                (groups, referrers) if is_first else ((), ()),
                places,
                is_first=is_first,
            ),
            latent=tuple(latent) if is_first else (),
            exposure=tuple(row for one in page for row in list_exposure(one, radius, accounts)),
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
