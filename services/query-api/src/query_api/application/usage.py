"""Usage: who launches an image, what runs it now, and what refers to it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from graph_store.models import Edge, Vertex
from query_api.application.accounts import Accounts, name_account
from query_api.application.answers import InstanceRow, Unknown
from query_api.application.images import ImageFinder
from query_api.application.impact_unknowns import COMPLIANCE, list_unknowns
from query_api.application.lineage import to_row
from query_api.application.ports import GraphReader
from query_api.application.references import list_groups, list_launches, list_referrers, load_references
from query_api.application.surroundings import Surroundings
from query_api.application.usage_answers import LaunchCount, UsageAnswer
from query_api.application.views import read_text, to_node
from query_api.domain.blast_radius import Standing, Window, find_standing

USERS_LIMIT: Final = 25_000


class UsageService:
    """Answers who uses an image."""

    def __init__(self, graph: GraphReader, finder: ImageFinder, surroundings: Surroundings) -> None:
        self._graph = graph
        self._finder = finder
        self._surroundings = surroundings

    async def answer(self, name: str, limit: int) -> UsageAnswer:
        """Usage of the image itself; `limit` bounds the rows of instances, the newest runs first."""
        image = await self._finder.get_image(name)
        found, references = await asyncio.gather(
            self._graph.find_neighbours(
                [image.id], ["RUNS", "LAUNCHED_FROM"], outgoing=False, limit=2 * USERS_LIMIT
            ),
            load_references(self._graph, [image.id]),
        )
        others = await self._graph.find_neighbours(
            sorted(found.vertices), ["RUNS"], outgoing=True, limit=2 * USERS_LIMIT
        )
        edges: dict[str, dict[str, Edge]] = defaultdict(dict)
        for edge in (*found.edges, *others.edges):
            edges[edge.source][edge.id] = edge
        instances = [found.vertices[key] for key in sorted(found.vertices)]
        standings = {one.id: _stand(one, tuple(edges[one.id].values()), image.id) for one in instances}
        around = await self._surroundings.load([image, *instances, *references.vertices.values()])
        groups = list_groups(references, around.accounts)
        launched = [one for one in instances if _find(edges[one.id].values(), "LAUNCHED_FROM", image.id)]
        unknowns = list_unknowns({image.id: image}, instances, standings, groups)
        rows = [
            _to_row(one, standings[one.id], edges[one.id].values(), image.id, around.accounts)
            for one in instances
        ]
        rows.sort(key=lambda row: (row.runs == image.id, row.since or ""), reverse=True)
        return UsageAnswer(
            image=name_account(to_node(image, 0), around.accounts),
            launches=len(launched),
            launches_by=_count(launched, around.accounts),
            running=sum(1 for standing in standings.values() if standing.runs is not None),
            instances=tuple(rows[:limit]),
            auto_scaling_groups=tuple(groups),
            references=tuple(list_referrers(references, around.accounts)),
            latent=tuple(list_launches(references, around.accounts)),
            truncated=found.truncated or others.truncated or references.truncated or len(rows) > limit,
            coverage=around.coverage,
            unknowns=tuple(_keep(unknowns)),
        )


def _stand(instance: Vertex, edges: Sequence[Edge], image: str) -> Standing:
    runs_another = any(
        edge.label == "RUNS" and edge.target != image and not edge.properties.get("valid_to")
        for edge in edges
    )
    return find_standing(instance, edges, {image}, runs_another=runs_another, window=Window())


def _to_row(
    instance: Vertex, standing: Standing, edges: Iterable[Edge], image: str, accounts: Accounts
) -> InstanceRow:
    listed = sorted(edges, key=lambda edge: str(edge.properties.get("valid_from", "")))
    run = standing.runs or next((edge for edge in reversed(listed) if edge.label == "RUNS"), None)
    launched_from = image if _find(listed, "LAUNCHED_FROM", image) else None
    return name_account(to_row(instance, run, launched_from), accounts)


def _find(edges: Iterable[Edge], label: str, target: str) -> bool:
    return any(edge.label == label and edge.target == target for edge in edges)


def _count(instances: Iterable[Vertex], accounts: Accounts) -> tuple[LaunchCount, ...]:
    """Launches by principal and account, the most first."""
    groups: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for one in instances:
        get = one.properties.get
        key = (read_text(get("launched_by")), read_text(get("account_id")))
        groups[key].append(str(get("launched_at") or ""))
    rows = []
    for (principal, account), times in groups.items():
        known = sorted(time for time in times if time)
        facts = accounts.get_facts(account)
        rows.append(
            LaunchCount(
                principal=principal,
                account_id=account,
                account_name=facts.name,
                owner=facts.owner,
                launches=len(times),
                first_at=known[0] if known else None,
                last_at=known[-1] if known else None,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.launches, str(row.principal), str(row.account_id))))


def _keep(unknowns: Iterable[Unknown]) -> list[Unknown]:
    """Without what only a blast radius leaves open."""
    return [each for each in unknowns if each is not COMPLIANCE]
