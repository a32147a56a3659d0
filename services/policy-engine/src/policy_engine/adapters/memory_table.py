"""The verdict table in memory; keeps the promises of the one in DynamoDB."""

import asyncio
from collections.abc import Iterable, Sequence

from ami_lineage_contracts.verdicts import CurrentVerdict
from policy_engine.application.ports import Position


class InMemoryVerdictTable:
    """Verdicts in a dictionary."""

    def __init__(self) -> None:
        self._verdicts: dict[str, CurrentVerdict] = {}
        self._position: Position | None = None

    async def find_verdicts(self, resources: Iterable[str]) -> dict[str, CurrentVerdict]:
        """See VerdictTable."""
        await asyncio.sleep(0)
        return {one: self._verdicts[one] for one in resources if one in self._verdicts}

    async def put_newer(self, verdicts: Sequence[CurrentVerdict]) -> frozenset[str]:
        """See VerdictTable."""
        put = set[str]()
        for verdict in verdicts:
            await asyncio.sleep(0)
            held = self._verdicts.get(verdict.resource)
            if held is None or held.sequence < verdict.sequence:
                self._verdicts[verdict.resource] = verdict
                put.add(verdict.resource)
        return frozenset(put)

    async def find_position(self) -> Position | None:
        """See VerdictTable."""
        await asyncio.sleep(0)
        return self._position

    async def put_position(self, position: Position) -> None:
        """See VerdictTable."""
        await asyncio.sleep(0)
        self._position = position
