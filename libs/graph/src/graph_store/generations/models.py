"""Records of the registry, and what they mean for a rebuild (pure)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

Clock = Callable[[], datetime]
SKEW_ALLOWANCE: Final = timedelta(seconds=2)
"""A lease of another machine counts this much longer than it says: clocks differ."""


def read_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class GenerationState(StrEnum):
    """Life of a generation: building -> catching_up -> live -> retired -> removed from the registry."""

    BUILDING = "building"
    CATCHING_UP = "catching_up"
    LIVE = "live"
    RETIRED = "retired"


WRITTEN_STATES: Final = frozenset({GenerationState.CATCHING_UP, GenerationState.LIVE})
"""States in which live writers write a generation."""


@dataclass(frozen=True, slots=True)
class ActiveGeneration:
    """The generation that readers see; `version` rises with each switch."""

    generation: str
    version: int


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """One generation."""

    name: str
    state: GenerationState
    fold_version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """What a live writer writes, and until when it may; it stops by itself at `expires_at`."""

    writer_id: str
    generations: frozenset[str]
    expires_at: datetime


def every_lease_names(leases: Iterable[Lease], generation: str) -> bool:
    """Whether each live writer writes the generation (true without writers)."""
    return all(generation in lease.generations for lease in leases)


def no_lease_names(leases: Iterable[Lease], generation: str) -> bool:
    """Whether no live writer writes the generation any more."""
    return all(generation not in lease.generations for lease in leases)
