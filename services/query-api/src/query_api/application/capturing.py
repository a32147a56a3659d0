"""Coverage of an answer: what was seen of the accounts and Regions on which it rests, and what was not."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from ami_lineage_contracts.stream_ids import coverage_stream
from ami_lineage_contracts.times import to_key_time
from graph_store.models import Vertex
from query_api.application.accounts import Accounts
from query_api.application.answers import Coverage, CoverageRow, GapView
from query_api.application.ports import EventReader
from query_api.application.views import build_coverage_rows
from query_api.domain.capture import Captured, read_capture

Place = tuple[str, str]
"""Account and Region."""
MISSING: Final = (
    "Something is known to be missing: see the gaps and the denied actions of each account and Region."
)


class CoverageReader:
    """Reads the coverage streams."""

    def __init__(self, events: EventReader, now: Callable[[], datetime]) -> None:
        self._events = events
        self._now = now

    async def load(self, places: Iterable[Place]) -> Mapping[Place, Captured]:
        """What is captured of these places; one of which nothing was ever said is left out."""
        streams = {coverage_stream(account, region): (account, region) for account, region in places}
        if not streams:
            return {}
        found = await self._events.read_streams(sorted(streams))
        read = {streams[key]: read_capture(events) for key, events in found.items()}
        return {place: captured for place, captured in read.items() if captured is not None}

    async def build(self, vertices: Iterable[Vertex], accounts: Accounts) -> Coverage:
        """Coverage of the places of these vertices."""
        rows = build_coverage_rows(vertices)
        places = [(row.account_id, row.region) for row in rows if row.account_id and row.region]
        captured = await self.load(places)
        return self.join(rows, captured, accounts)

    def join(
        self, rows: Iterable[CoverageRow], captured: Mapping[Place, Captured], accounts: Accounts
    ) -> Coverage:
        """Rows with what is captured of them."""
        regions = tuple(
            self._join_row(row, captured.get((row.account_id or "", row.region or "")), accounts)
            for row in rows
        )
        if any(row.denied or row.failed or (row.gaps and row.gaps != "unknown") for row in regions):
            return Coverage(complete="no", detail=MISSING, regions=regions)
        return Coverage(regions=regions)

    def _join_row(self, row: CoverageRow, captured: Captured | None, accounts: Accounts) -> CoverageRow:
        name = accounts.get_facts(row.account_id).name
        if captured is None:
            return row.model_copy(update={"account_name": name})
        lag = (self._now() - captured.newest).total_seconds() if captured.newest is not None else None
        return row.model_copy(
            update={
                "account_name": name,
                "covered_since": _to_text(captured.since),
                "covered_until": _to_text(captured.newest),
                "lag_seconds": round(max(0.0, lag), 3) if lag is not None else None,
                "sources": captured.sources,
                "described_at": _to_text(captured.described_at),
                "canary_at": _to_text(captured.canary_at),
                "denied": captured.denied,
                "failed": captured.failed,
                "gaps": tuple(
                    GapView(
                        begins=_to_text(gap.begins),
                        ends=_to_text(gap.ends),
                        reason=gap.reason,
                        resources=gap.resources,
                    )
                    for gap in captured.gaps
                ),
            }
        )


def _to_text(value: datetime | None) -> str | None:
    return to_key_time(value) if value is not None else None
