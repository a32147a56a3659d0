"""Groups anywhere of which it is not known what they would start: any of them may start an affected image."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from graph_store.models import Vertex
from query_api.application.answers import Unknown
from query_api.application.ports import GraphReader

SECONDS: Final = 30.0
NAMED: Final = 10


class UnsureGroups:
    """Reads them, at most every half minute."""

    def __init__(self, graph: GraphReader, now: Callable[[], datetime]) -> None:
        self._graph = graph
        self._now = now
        self._last: tuple[datetime, tuple[Vertex, ...]] | None = None

    async def find(self, regions: Collection[str], listed: Collection[str]) -> list[Unknown]:
        """One unknown for all those in these Regions (an image starts in its own only) that are not listed."""
        found = [
            group.id
            for group in await self._load()
            if group.id not in listed and group.properties.get("region") in regions
        ]
        if not found:
            return []
        names = ", ".join(found[:NAMED])
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        return [
            Unknown(
                subject="auto_scaling_groups",
                reason="launches_unknown_elsewhere",
                detail=f"Of {len(found)} other groups in these Regions it is not known what they would start, so it "
                f"may be an affected image: {names}{more}.",
            )
        ]

    async def _load(self) -> tuple[Vertex, ...]:
        now = self._now()
        if self._last is None or (now - self._last[0]).total_seconds() >= SECONDS:
            groups = [
                group
                async for group in self._graph.scan("AutoScalingGroup")
                if group.properties.get("launches_unknown") or group.properties.get("placeholder") is True
            ]
            self._last = (now, tuple(sorted(groups, key=lambda group: group.id)))
        return self._last[1]
