"""The part of the log that projecting needs."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Protocol

from ami_lineage_contracts.envelope import EventEnvelope


class StreamReader(Protocol):
    """Reads events by stream; `event_log.EventLog` is one."""

    async def read_streams(self, stream_ids: Iterable[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """All events of each stream, consistently; a stream without events may be absent."""

    def scan(self) -> AsyncIterator[EventEnvelope]:
        """All events of the log, in no order."""
