"""Closing as far as the states at hand reach, by the pure functions of `lineage`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ami_lineage_contracts.stream_ids import stream_kind
from lineage import ImageClosure, InstanceClosure, Missing, StreamState, close_image, close_instance

CLOSED_KINDS: Final = ("image", "instance")
"""Kinds of streams whose vertex has a closure."""
Closure = ImageClosure | InstanceClosure


@dataclass(slots=True)
class ClosingStep:
    """Closures that the states at hand allow, and the streams that the others still need."""

    closed: dict[str, Closure] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)


def is_closed_kind(stream_id: str) -> bool:
    """Whether the stream's vertex has a closure."""
    return stream_kind(stream_id) in CLOSED_KINDS


def close_known(
    stream_ids: Iterable[str], states: Mapping[str, StreamState], members: Collection[str] | None
) -> ClosingStep:
    """Close these images and instances; a stream that is not in `states` has not been read yet."""
    step = ClosingStep()
    for stream_id in stream_ids:
        outcome = (
            close_image(stream_id, states, members=members)
            if stream_kind(stream_id) == "image"
            else close_instance(stream_id, states)
        )
        if isinstance(outcome, Missing):
            step.missing |= outcome.stream_ids
        else:
            step.closed[stream_id] = outcome
    return step
