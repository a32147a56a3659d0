"""What stands around every answer: the accounts by name and owner, and the coverage on which it rests."""

from collections.abc import Collection
from dataclasses import dataclass

from graph_store.models import Vertex
from query_api.application.accounts import AccountDirectory, Accounts
from query_api.application.answers import Coverage
from query_api.application.capturing import CoverageReader


@dataclass(frozen=True)
class Around:
    """Accounts and coverage of one answer."""

    accounts: Accounts
    coverage: Coverage


class Surroundings:
    """Reads what stands around an answer."""

    def __init__(self, directory: AccountDirectory, coverage: CoverageReader) -> None:
        self._directory = directory
        self._coverage = coverage

    async def load(self, vertices: Collection[Vertex]) -> Around:
        """For an answer about these vertices."""
        accounts = await self._directory.load(vertices)
        return Around(accounts, await self._coverage.build(vertices, accounts))
