"""A stream as it was in AWS at a time, by all that is known now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from lineage.fold import StreamState, fold
from lineage.instance_state import InstanceState

_OBSERVED: Final = ".observed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAt:
    """State of a stream at a time: `state.state`, `tags`, `shared_with`, `public` and all else are of that time.

    `assumed`: no event speaks of a time so early; what was seen first afterwards is taken to have been so already.
    """

    stream_id: str
    at: datetime
    state: StreamState
    assumed: bool


def view_stream(stream_id: str, events: Iterable[EventEnvelope], at: datetime) -> StreamAt | None:
    """The stream as it was at a time; None when it was not there yet, or nothing tells that it was.

    A resource that is only known by later observations was there from the creation time that these give on
    (CreationDate, LaunchTime, StartTime), so that a backfilled estate is not empty before its backfill.

    Raises:
        StreamIdError: `stream_id` does not name a resource.
    """
    events = list(events)
    whole = fold(stream_id, events)
    born = _find_birth(whole)
    if born is not None and born > at:
        return None
    before = [event for event in events if event.occurred_at <= at]
    past = fold(stream_id, before)
    if past.state is not None:
        return StreamAt(stream_id=stream_id, at=at, state=past, assumed=False)
    first = _find_first_observation(events, at)
    if first is not None and born is not None:
        moved = first.model_copy(update={"occurred_at": at})
        return StreamAt(stream_id=stream_id, at=at, state=fold(stream_id, [*before, moved]), assumed=True)
    return StreamAt(stream_id=stream_id, at=at, state=past, assumed=False) if past.exists else None


def _find_birth(state: StreamState) -> datetime | None:
    """When the resource came to be, as far as it is known."""
    if isinstance(state, InstanceState):
        return state.launched_at or state.created_at
    return state.created_at


def _find_first_observation(events: Iterable[EventEnvelope], at: datetime) -> EventEnvelope | None:
    """The earliest later look at it, unless an event in between changed what it saw."""
    later = sorted(
        (event for event in events if event.occurred_at > at),
        key=lambda event: (event.occurred_at, str(event.event_id), event.normaliser_version),
    )
    return next((event for event in later if event.event_type.endswith(_OBSERVED)), None)
