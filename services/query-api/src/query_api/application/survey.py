"""Survey: coverage of every account and Region, and which missing source explains how much of what is unknown."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami_lineage_contracts.times import to_key_time
from graph_store.models import Vertex
from query_api.application.accounts import Accounts, to_facts
from query_api.application.answers import CoverageRow
from query_api.application.capturing import CoverageReader, Place
from query_api.application.platform_answers import CoverageAnswer, Explanation
from query_api.application.ports import GraphReader
from query_api.application.views import build_coverage_rows
from query_api.domain.explaining import ADVICE, Source, UnknownThing, find_source, find_unknown

LABELS: Final = ("Image", "Instance", "AutoScalingGroup", "Snapshot", "Volume")
EXPLAINED: Final = ("Image", "Instance", "AutoScalingGroup")
SECONDS: Final = 30.0
PLACES_LIMIT: Final = 5_000


@dataclass(frozen=True)
class Surveyed:
    """What a survey read."""

    answer: CoverageAnswer
    explanations: tuple[Explanation, ...]


class Survey:
    """Reads everything, at most every half minute."""

    def __init__(
        self,
        graph: GraphReader,
        coverage: CoverageReader,
        now: Callable[[], datetime],
    ) -> None:
        self._graph = graph
        self._coverage = coverage
        self._now = now
        self._last: tuple[datetime, Surveyed] | None = None

    async def answer(self, *, explain: bool) -> CoverageAnswer:
        """Coverage of the whole; with `explain` also what is unknown, by the source that would fill it."""
        now = self._now()
        if self._last is None or (now - self._last[0]).total_seconds() >= SECONDS:
            self._last = (now, await self._read())
        surveyed = self._last[1]
        if not explain:
            return surveyed.answer
        return surveyed.answer.model_copy(update={"explanations": surveyed.explanations})

    async def _read(self) -> Surveyed:
        vertices: list[Vertex] = []
        things: list[UnknownThing] = []
        for label in LABELS:
            async for vertex in self._graph.scan(label):
                vertices.append(vertex)
                if label in EXPLAINED and (thing := find_unknown(vertex)) is not None:
                    things.append(thing)
        facts = {
            str(vertex.properties["account_id"]): to_facts(vertex)
            async for vertex in self._graph.scan("Account")
            if vertex.properties.get("account_id")
        }
        accounts = Accounts(facts)
        rows = {(row.account_id or "", row.region or ""): row for row in build_coverage_rows(vertices)}
        captured = await self._coverage.load(_list_places(rows, accounts))
        for account, region in captured.keys() - rows.keys():
            rows[account, region] = CoverageRow(account_id=account, region=region, resources=0, events=0)
        coverage = self._coverage.join([rows[key] for key in sorted(rows)], captured, accounts)
        counts: dict[tuple[Source, Place], Counter[str]] = defaultdict(Counter)
        for thing in things:
            place = (thing.account_id or "", thing.region or "")
            found = captured.get(place)
            since = to_key_time(found.since) if found is not None and found.since is not None else None
            counts[find_source(thing, found, since), place][thing.kind] += 1
        explanations = [
            Explanation(
                source=source,
                account_id=place[0] or None,
                account_name=accounts.get_facts(place[0]).name,
                region=place[1] or None,
                images=kinds["image"],
                instances=kinds["instance"],
                auto_scaling_groups=kinds["auto_scaling_group"],
                denied=captured[place].denied if source == "denied_permission" and place in captured else (),
                advice=ADVICE[source],
            )
            for (source, place), kinds in counts.items()
        ]
        explanations.sort(
            key=lambda row: (
                -(row.images + row.instances + row.auto_scaling_groups),
                row.source,
                str(row.account_id),
                str(row.region),
            )
        )
        answer = CoverageAnswer(
            regions=coverage.regions,
            complete=coverage.complete,
            detail=coverage.detail,
            unknown_things=len(things),
        )
        return Surveyed(answer, tuple(explanations))


def _list_places(rows: dict[Place, CoverageRow], accounts: Accounts) -> list[Place]:
    """Every account in every Region that any of them uses: what is captured and empty shows too."""
    known = sorted({account for account, _ in rows if account} | set(accounts.by_id))
    regions = sorted({region for _, region in rows if region})
    places = [(account, region) for account in known for region in regions]
    if len(places) > PLACES_LIMIT:
        return [place for place in rows if all(place)]
    return places
