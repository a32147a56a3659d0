"""Closing as far as the states at hand reach, by the pure functions of `lineage`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ami_lineage_contracts.stream_ids import stream_kind
from lineage import (
    GroupClosure,
    ImageClosure,
    InstanceClosure,
    Missing,
    StreamState,
    close_group,
    close_image,
    close_instance,
)

CLOSED_KINDS: Final = ("image", "instance", "auto-scaling-group")
"""Kinds of streams whose vertex has a closure."""
Closure = ImageClosure | InstanceClosure | GroupClosure


@dataclass(slots=True)
class Inputs:
    """What closing may read: folded states, and who speaks of a vertex; what is not in it has not been read yet."""

    states: dict[str, StreamState] = field(default_factory=dict)
    speakers: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class ClosingStep:
    """Closures that the inputs at hand allow, and what the others still need."""

    closed: dict[str, Closure] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    spoken_of: set[str] = field(default_factory=set)

    def find_unread(self, inputs: Inputs) -> tuple[set[str], set[str]]:
        """Streams and vertices that are needed and were not read yet."""
        return self.missing - inputs.states.keys(), self.spoken_of - inputs.speakers.keys()


def is_closed_kind(stream_id: str) -> bool:
    """Whether the stream's vertex has a closure."""
    return stream_kind(stream_id) in CLOSED_KINDS


def says_anything(closure: Closure, states: Mapping[str, StreamState]) -> bool:
    """Whether the closure is more than what a placeholder says already."""
    if states[closure.stream_id].exists:
        return True
    return isinstance(closure, ImageClosure) and (
        bool(closure.parents) or closure.terminal_reason != "before_recorded_history"
    )


def close_known(stream_ids: Iterable[str], inputs: Inputs, members: Collection[str] | None) -> ClosingStep:
    """Close these images, instances and groups."""
    step = ClosingStep()
    for stream_id in stream_ids:
        outcome = _close(stream_id, inputs, members)
        if isinstance(outcome, Missing):
            step.missing |= outcome.stream_ids
            step.spoken_of |= outcome.spoken_of
        else:
            step.closed[stream_id] = outcome
    return step


def _close(stream_id: str, inputs: Inputs, members: Collection[str] | None) -> Closure | Missing:
    match stream_kind(stream_id):
        case "image":
            return close_image(stream_id, inputs.states, members=members, speakers=inputs.speakers)
        case "instance":
            return close_instance(stream_id, inputs.states, members=members)
        case _:
            return close_group(stream_id, inputs.states, speakers=inputs.speakers)
