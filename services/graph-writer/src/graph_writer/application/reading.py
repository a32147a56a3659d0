"""The whole log as folded states, for what is computed in memory."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from event_log import EventLog, LogCursor
from event_log.models import OVERLAP
from event_log.table import build_recorded_key
from graph_writer.domain.messages import is_projected
from lineage import StreamState, fold

FOLDED_AT_ONCE: Final = 200
"""Streams folded before other tasks (leases, health) get their turn."""


@dataclass(frozen=True, slots=True)
class LogReading:
    """State of every stream that has a vertex, and a cursor behind exactly the events that they hold."""

    states: dict[str, StreamState]
    cursor: LogCursor


async def read_log(log: EventLog, started: datetime) -> LogReading:
    """Scan the log, from a time on that is not later than now."""
    events: defaultdict[str, list[EventEnvelope]] = defaultdict(list)
    recent, oldest = set[str](), started - OVERLAP
    async for event in log.scan():
        events[event.stream_id].append(event)
        if event.recorded_at >= oldest:
            recent.add(build_recorded_key(event.recorded_at, event))
    states: dict[str, StreamState] = {}
    while events:
        stream_id, of_stream = events.popitem()
        if is_projected(stream_id):
            states[stream_id] = fold(stream_id, of_stream)
        if not len(states) % FOLDED_AT_ONCE:
            await asyncio.sleep(0)
    return LogReading(states, LogCursor(recorded_at=started, seen=frozenset(recent)))
