"""Appends normalised records, and says of each whether it was new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import stamina

from ami_lineage_contracts.envelope import EventEnvelope
from event_log import (
    ClockSkewError,
    EventLog,
    PermanentLogError,
    RawRecord,
    RecordEntry,
    TransientLogError,
)
from ingest.domain.outcome import Normalised

_ATTEMPTS: Final = 6


@dataclass(frozen=True, slots=True)
class Recorded:
    """`new_events` is 0 for a duplicate; `refused` says why the log can never take the record."""

    new_events: int
    recorded_at: datetime | None
    events: tuple[EventEnvelope, ...] = ()
    refused: str | None = None


class Recorder:
    """Writes to the log; a record that the log refuses for good does not hold up the others."""

    def __init__(self, log: EventLog, attempts: int = _ATTEMPTS) -> None:
        self._log = log
        self._attempts = attempts

    async def find_known(self, records: Sequence[Normalised]) -> frozenset[str]:
        """Ids of the records that the log holds already.

        Raises:
            TransientLogError: the log does not answer.
        """
        return await self.find_known_ids([each.record_id for each in records if each.record_id is not None])

    async def find_known_ids(self, ids: Sequence[str]) -> frozenset[str]:
        """Which of these raw records the log holds already.

        Raises:
            TransientLogError: the log does not answer.
        """
        async for attempt in stamina.retry_context(on=TransientLogError, attempts=self._attempts):
            with attempt:
                return await self._log.find_recorded(ids)
        raise AssertionError("retry_context returns or raises")

    async def append(self, records: Sequence[Normalised]) -> list[Recorded]:
        """What became of each record, in their order.

        Raises:
            TransientLogError: the log does not answer; whatever was written stays a duplicate.
            ClockSkewError: our clock is wrong; no record is at fault.
        """
        if not records:
            return []
        try:
            return await self._append_all(records)
        except ClockSkewError:
            raise
        except PermanentLogError as error:
            if len(records) == 1:
                return [Recorded(new_events=0, recorded_at=None, refused=str(error))]
        return [recorded for record in records for recorded in await self.append([record])]

    async def _append_all(self, records: Sequence[Normalised]) -> list[Recorded]:
        entries = [build_entry(record) for record in records]
        async for attempt in stamina.retry_context(on=TransientLogError, attempts=self._attempts):
            with attempt:
                outcome = await self._log.append(entries)
                break
        else:
            raise AssertionError("retry_context returns or raises")
        stamped = {event.event_id: event for event in outcome.events}
        new = set(outcome.new_event_ids)
        results = []
        for record in records:
            ids = {event.event_id for event in record.events}
            # An id counts for the first record that gives it.
            results.append(
                Recorded(
                    new_events=len(ids & new),
                    recorded_at=outcome.recorded_at,
                    events=tuple(stamped.get(event.event_id, event) for event in record.events),
                )
            )
            new -= ids
        return results


def build_entry(record: Normalised) -> RecordEntry:
    """The log's form of a normalised record."""
    if record.record_id is None or record.record is None:
        return RecordEntry(record=None, events=record.events)
    return RecordEntry(
        record=RawRecord(record_id=record.record_id, content=dict(record.record)), events=record.events
    )
