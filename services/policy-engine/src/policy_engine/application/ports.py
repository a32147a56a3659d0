"""What policy-engine needs of the outside besides log, bus and graph."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.times import UtcDatetime
from ami_lineage_contracts.verdicts import CurrentVerdict


class Position(BaseModel):
    """How far the log was followed: everything recorded up to `recorded_at` was evaluated.

    It holds for one generation of the graph and one policy; with others everything is evaluated anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded_at: UtcDatetime
    generation: str
    policy_digest: str


class VerdictTable(Protocol):
    """Current verdicts and our position. Raises VerdictTableError, VerdictTableRefusedError."""

    async def find_verdicts(self, resources: Iterable[str]) -> dict[str, CurrentVerdict]:
        """The verdicts that the table has of these, read consistently."""

    async def put_newer(self, verdicts: Sequence[CurrentVerdict]) -> frozenset[str]:
        """Put each unless one of the same or a later sequence is there; returns the resources that were put."""

    async def find_position(self) -> Position | None:
        """How far we were; None at the first start and when the table was lost."""

    async def put_position(self, position: Position) -> None:
        """Remember how far we are."""
