"""The whole log as folded states, for what is computed in memory."""

import asyncio
from collections import defaultdict
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from graph_writer.application.ports import StreamReader
from graph_writer.domain.messages import is_projected
from lineage import StreamState, fold

FOLDED_AT_ONCE: Final = 200
"""Streams folded before other tasks (leases, health) get their turn."""


async def read_states(log: StreamReader) -> dict[str, StreamState]:
    """State of every stream that has a vertex, by one scan."""
    events: defaultdict[str, list[EventEnvelope]] = defaultdict(list)
    async for event in log.scan():
        events[event.stream_id].append(event)
    states: dict[str, StreamState] = {}
    while events:
        stream_id, of_stream = events.popitem()
        if is_projected(stream_id):
            states[stream_id] = fold(stream_id, of_stream)
        if not len(states) % FOLDED_AT_ONCE:
            await asyncio.sleep(0)
    return states
