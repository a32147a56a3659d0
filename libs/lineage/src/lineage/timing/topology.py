"""Lineage, runs, launches and references at a time, from closures and from edges with their intervals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from ami_lineage_contracts.times import from_key_time
from lineage.closure.results import (
    GroupClosure,
    ImageClosure,
    InstanceClosure,
    Launch,
    Parent,
    Run,
    UnknownLaunch,
)
from lineage.elements import Properties


class HasProperties(Protocol):
    """An edge, of this package or of a graph store."""

    @property
    def properties(self) -> Properties:
        """Values by name; `valid_from`, `valid_to` and `occurred_at` are ISO text with Z."""


E = TypeVar("E", bound=HasProperties)


def holds_at(valid_from: datetime | None, valid_to: datetime | None, at: datetime) -> bool:
    """Whether a time lies in [valid_from, valid_to); None is without a bound."""
    return (valid_from is None or valid_from <= at) and (valid_to is None or at < valid_to)


def find_parents_at(closure: ImageClosure, at: datetime) -> tuple[Parent, ...]:
    """Parents of an image that existed at a time; before the image was made it has none.

    What an image was made of never changes; so these are its parents by all that is known now.
    """
    return tuple(parent for parent in closure.parents if holds_at(parent.valid_from, None, at))


def find_run_at(closure: InstanceClosure, at: datetime) -> Run | None:
    """What an instance ran at a time; a run without image says why that is not known. None: it ran nothing."""
    return next((run for run in closure.runs if holds_at(run.valid_from, run.valid_to, at)), None)


def list_launches_at(closure: GroupClosure, at: datetime) -> tuple[Launch, ...]:
    """What a scale-out of a group would have started at a time."""
    return tuple(each for each in closure.launches if holds_at(each.valid_from, each.valid_to, at))


def list_unknown_launches_at(closure: GroupClosure, at: datetime) -> tuple[UnknownLaunch, ...]:
    """Why it is not wholly known what a scale-out would have started at a time."""
    return tuple(each for each in closure.unknowns if holds_at(each.valid_from, each.valid_to, at))


def select_edges_at(edges: Iterable[E], at: datetime) -> list[E]:
    """Edges that held at a time, by their own `valid_from` (else `occurred_at`) and `valid_to`."""
    return [edge for edge in edges if _edge_holds_at(edge.properties, at)]


def _edge_holds_at(properties: Properties, at: datetime) -> bool:
    begin = _read_time(properties, "valid_from") or _read_time(properties, "occurred_at")
    return holds_at(begin, _read_time(properties, "valid_to"), at)


def _read_time(properties: Properties, name: str) -> datetime | None:
    value = properties.get(name)
    return from_key_time(value) if isinstance(value, str) else None
