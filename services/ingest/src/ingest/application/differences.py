"""Appends what a look told beyond the log: the one rule of the observer and of backfill (DESIGN 6)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from event_log import EventLog
from ingest.application.recording import Recorder
from ingest.domain.decoding import JsonObject
from ingest.domain.observations_difference import Histories, build_differences, list_streams
from ingest.domain.observations_sighting import Sighting
from ingest.domain.observations_stored import build_stored, find_stored_stream
from ingest.domain.outcome import Normalised

_CLOCK: Final = lambda: datetime.now(UTC)  # noqa: E731 - a default that tests replace


class DifferenceRecorder:
    """Reads the streams of what was seen, compares, appends; looking again appends nothing."""

    def __init__(self, log: EventLog, recorder: Recorder, clock: Callable[[], datetime] = _CLOCK) -> None:
        self._log = log
        self._recorder = recorder
        self._clock = clock

    async def read_histories(self, sightings: Sequence[Sighting]) -> Histories:
        """What the log tells of everything that the sightings speak of.

        Raises:
            TransientLogError: the log does not answer.
        """
        return await self._log.read_streams(list_streams(sightings))

    async def record(
        self,
        sightings: Sequence[Sighting],
        correlation_ids: Sequence[str],
        histories: Histories | None = None,
    ) -> list[EventEnvelope]:
        """The events that were appended, as recorded; those that were there already are among them.

        Raises:
            TransientLogError: the log does not answer; do it again, nothing doubles.
            ClockSkewError: our clock is wrong.
        """
        if histories is None:
            histories = await self.read_histories(sightings)
        now = self._clock()
        found = [
            difference
            for sighting, correlation_id in zip(sightings, correlation_ids, strict=True)
            if (difference := build_differences(sighting, histories, now, correlation_id)) is not None
        ]
        return await self._append(found)

    async def record_stored(
        self, tasks: Sequence[JsonObject], account_id: str, region: str
    ) -> list[EventEnvelope]:
        """The same for tasks that stored images in S3; raises as `record` does."""
        streams = {stream for task in tasks if (stream := find_stored_stream(task, region)) is not None}
        histories = await self._log.read_streams(sorted(streams))
        now = self._clock()
        built = [build_stored(task, account_id, region, histories, now) for task in tasks]
        return await self._append([each for each in built if each is not None])

    async def _append(self, found: Sequence[Normalised]) -> list[EventEnvelope]:
        return [event for result in await self._recorder.append(found) for event in result.events]
