"""The walk: step after step until an image is reached or the chain ends, each place visited once."""

from dataclasses import dataclass
from datetime import datetime

from ami_lineage_contracts.graph import Confidence, TerminalReason
from lineage.closure.reader import StateReader
from lineage.closure.steps import (
    Lost,
    Place,
    Reached,
    Step,
    step_from_root,
    step_from_snapshot,
    step_from_volume,
)
from lineage.instance_state import InstanceState
from lineage.root_changes import RootChange


@dataclass(frozen=True, slots=True)
class Found:
    """The image that a walk reached. `confidence` is `recorded` only by the launch record alone."""

    image: str
    evidence: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Ended:
    """A walk that reached no image: why its best way ended."""

    reason: TerminalReason


Outcome = Found | Ended


@dataclass(frozen=True, slots=True)
class _Trail:
    """Evidence so far, newest first; ways that part share their beginning."""

    evidence: tuple[str, ...]
    before: "_Trail | None"

    def list_evidence(self) -> tuple[str, ...]:
        parts: list[tuple[str, ...]] = []
        trail: _Trail | None = self
        while trail is not None:
            parts.append(trail.evidence)
            trail = trail.before
        return tuple(dict.fromkeys(event_id for part in reversed(parts) for event_id in part))


def walk_snapshot(stream_id: str, reader: StateReader) -> Outcome:
    """The image that a snapshot holds."""
    return _walk(Place("snapshot", stream_id), reader)


def walk_instance(stream_id: str, at: datetime, reader: StateReader) -> Outcome:
    """The image that is effective on an instance at a time."""
    return _walk(Place("instance", stream_id, at), reader)


def walk_root(state: InstanceState, change: RootChange, reader: StateReader) -> Outcome:
    """The image that came to an instance's root device with one change."""
    step = step_from_root(state, change)
    start = _key_of_root(state.stream_id, change)
    return _follow(step, {start}, reader)


def _walk(start: Place, reader: StateReader) -> Outcome:
    visited: set[str] = set()
    return _follow(_step(start, visited, reader), visited, reader)


def _follow(first: Step, visited: set[str], reader: StateReader) -> Outcome:
    reason: TerminalReason | None = None
    direct = True
    pending: list[tuple[Step | Place, _Trail | None]] = [(first, None)]
    while pending:
        item, trail = pending.pop()
        step = _step(item, visited, reader) if isinstance(item, Place) else item
        if isinstance(step, Reached):
            confidence: Confidence = step.confidence if direct else "reconstructed"
            return Found(step.image, _Trail(step.evidence, trail).list_evidence(), confidence)
        if isinstance(step, Lost):
            reason = reason or step.reason
            continue
        direct = False
        pending.extend((place, _Trail(evidence, trail)) for place, evidence in reversed(step.places))
    return Ended(reason or "missing_event")


def _step(place: Place, visited: set[str], reader: StateReader) -> Step:
    """One step; a place where the walk has been already is a circle in the records and proves nothing."""
    if place.at is not None:
        state = reader.get(place.stream_id, InstanceState)
        change = state.find_root_change(place.at)
        if _is_new(_key_of_root(place.stream_id, change), visited):
            return step_from_root(state, change)
    elif _is_new(place.stream_id, visited):
        if place.kind == "snapshot":
            return step_from_snapshot(place.stream_id, reader)
        return step_from_volume(place.stream_id, reader)
    return Lost("missing_event")


def _is_new(key: str, visited: set[str]) -> bool:
    found = key not in visited
    visited.add(key)
    return found


def _key_of_root(stream_id: str, change: RootChange | None) -> str:
    return f"{stream_id}#{change.event_id if change is not None else ''}"
