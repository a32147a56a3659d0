"""What a decision stream asks of the events that are appended to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.errors import PermanentLogError

MAX_DECISIONS: Final = 99
"""One transaction of 100 items (AWS_FACTS 4.2), of which one checks the event before."""


def number_decisions(
    stream_id: str, expected_sequence: int, events: Sequence[EventEnvelope], recorded_at: datetime
) -> tuple[EventEnvelope, ...]:
    """The events as they follow `expected_sequence`.

    Raises:
        PermanentLogError: none or too many at once, or an event of another stream.
    """
    if not 1 <= len(events) <= MAX_DECISIONS:
        raise PermanentLogError(f"append 1 to {MAX_DECISIONS} decisions at once, not {len(events)}")
    stray = next((event for event in events if event.stream_id != stream_id), None)
    if stray is not None:
        raise PermanentLogError(f"the event {stray.event_id} is of {stray.stream_id}, not of {stream_id}")
    return tuple(
        event.model_copy(update={"recorded_at": recorded_at, "sequence": expected_sequence + number})
        for number, event in enumerate(events, start=1)
    )
