"""What was known at a time: the events that had been recorded by then."""

from collections.abc import Iterable
from datetime import datetime

from ami_lineage_contracts.envelope import EventEnvelope


def cut_known(events: Iterable[EventEnvelope], known_at: datetime) -> list[EventEnvelope]:
    """Events recorded at or before a time; fold and close them to see what was known then.

    `recorded_at` is stamped when an event is written for good, so the log as it was is the log cut here.
    """
    return [event for event in events if event.recorded_at <= known_at]
