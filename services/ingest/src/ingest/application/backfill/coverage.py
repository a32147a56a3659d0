"""Writes what a run means for coverage: scans, gaps found, gaps closed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.coverage import GapClosed, GapDetected, ScanCompleted
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.stream_ids import coverage_stream, stream_kind
from event_log import EventLog
from ingest.application.backfill.outcomes import PlaceOutcome
from ingest.application.recording import Recorder
from ingest.domain.coverage import NOT_SEEN, UNTOLD, find_owner_of_living, has_making
from ingest.domain.observations_difference import to_data
from ingest.domain.outcome import Normalised

_A_GAP: Final = 500
"""Resources that one event names: far below what an item of the log holds."""


class CoverageWriter:
    """For one run; writing the same again appends nothing."""

    def __init__(
        self, log: EventLog, recorder: Recorder, started_at: datetime, clock: Callable[[], datetime]
    ) -> None:
        self._log = log
        self._recorder = recorder
        self._started_at = started_at
        self._clock = clock

    async def write(self, place: PlaceOutcome) -> tuple[int, int]:
        """How many gaps were detected and closed in this account and Region.

        Raises:
            TransientLogError: the log does not answer.
        """
        stream_id = coverage_stream(place.account_id, place.region)
        history = await self._log.read_stream(stream_id)
        open_gaps = list(_list_open(history))
        closed = [gap for gap in open_gaps if await self._is_closed(gap, place)]
        known = {each for gap in open_gaps for each in gap.data.get("resources", ())}
        detected = [
            self._build(place, "coverage.gap_detected", payload, payload.resources[0])
            for reason, resources in ((UNTOLD, place.untold), (NOT_SEEN, place.gone))
            for payload in _build_gaps(
                reason,
                [each for each in resources if each not in known],
                _find_last_scan(history),
                self._started_at,
            )
        ]
        events = [
            *detected,
            *(self._build_closed(place, gap) for gap in closed),
            self._build(place, "coverage.scan_completed", self._build_scan(place), ""),
        ]
        await self._recorder.append([Normalised(events=(event,)) for event in events])
        return len(detected), len(closed)

    async def _is_closed(self, gap: EventEnvelope, place: PlaceOutcome) -> bool:
        """Whether every resource of a gap is explained by now."""
        resources = [each for each in gap.data.get("resources", ()) if isinstance(each, str)]
        histories = await self._log.read_streams(resources)
        if gap.data.get("reason") == UNTOLD:
            return all(has_making(stream_kind(each), histories[each]) for each in resources)
        still_gone = set(place.gone)
        return place.reached and all(
            find_owner_of_living(each, histories[each], self._started_at)[1]
            or (each not in still_gone and _was_looked_at(histories[each], gap.occurred_at))
            for each in resources
        )

    def _build_scan(self, place: PlaceOutcome) -> ScanCompleted:
        return ScanCompleted(
            capture="backfill",
            covers_from=self._started_at,
            covers_to=self._started_at,
            resources=place.resources,
            denied=place.denied,
            failed=place.failed,
        )

    def _build_closed(self, place: PlaceOutcome, gap: EventEnvelope) -> EventEnvelope:
        payload = GapClosed.model_validate(
            {
                "gap_from": gap.data.get("gap_from"),
                "gap_to": gap.data.get("gap_to"),
                "reason": f"all {len(gap.data.get('resources', ()))} resources are explained by now",
            }
        )
        return self._build(place, "coverage.gap_closed", payload, str(gap.event_id), str(gap.event_id))

    def _build(
        self,
        place: PlaceOutcome,
        event_type: str,
        payload: Payload,
        discriminator: str,
        causation_id: str | None = None,
    ) -> EventEnvelope:
        stream_id = coverage_stream(place.account_id, place.region)
        record_id = f"backfill/{stream_id}/{self._started_at.isoformat()}"
        return EventEnvelope(
            event_id=build_event_id(record_id, event_type, stream_id, discriminator),
            event_type=event_type,
            stream_id=stream_id,
            # The run's own time, so that a run that is resumed writes the same event and not a second one.
            occurred_at=self._started_at,
            recorded_at=self._clock(),
            producer="ingest",
            source=EventSource(
                kind="observation", record_id=record_id, account_id=place.account_id, region=place.region
            ),
            correlation_id=f"backfill/{place.account_id}/{place.region}",
            causation_id=causation_id,
            data=to_data(payload),
        )


def _build_gaps(
    reason: str, resources: Sequence[str], since: datetime | None, until: datetime
) -> Iterator[GapDetected]:
    for start in range(0, len(resources), _A_GAP):
        yield GapDetected(
            capture="backfill",
            gap_from=since,
            gap_to=until,
            reason=reason,
            resources=tuple(resources[start : start + _A_GAP]),
        )


def _list_open(history: Iterable[EventEnvelope]) -> Iterator[EventEnvelope]:
    events = list(history)
    closed = {event.causation_id for event in events if event.event_type == "coverage.gap_closed"}
    for event in events:
        is_ours = event.event_type == "coverage.gap_detected" and event.data.get("reason") in {
            UNTOLD,
            NOT_SEEN,
        }
        if is_ours and str(event.event_id) not in closed:
            yield event


def _find_last_scan(history: Iterable[EventEnvelope]) -> datetime | None:
    times = [
        event.occurred_at
        for event in history
        if event.event_type == "coverage.scan_completed" and event.data.get("capture") == "backfill"
    ]
    return max(times, default=None)


def _was_looked_at(history: Iterable[EventEnvelope], after: datetime) -> bool:
    """Whether anything was said of a resource after the gap was found; what exists is seen again."""
    return any(event.occurred_at > after for event in history)
