"""Says per account and Region what was captured, from when to when (DESIGN 2.6): events beside all others.

Their ids follow from what they say, so that saying it again adds nothing.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.coverage import CaptureSource, ScanCompleted
from ami_lineage_contracts.stream_ids import coverage_stream
from ingest.application.places import Place
from ingest.application.sources import Scan
from ingest.domain.moments import parse_moment
from ingest.domain.normaliser import NORMALISER_VERSION, PRODUCER
from ingest.domain.outcome import Normalised

SCAN_COMPLETED: Final = "coverage.scan_completed"
_MOST_HOURS: Final = 50_000


def list_statements(
    capture: CaptureSource, places: Iterable[Place], scans: Iterable[Scan]
) -> list[Normalised]:
    """One statement for each account and Region that records came from or that a source scanned."""
    records = {(place.account_id, place.region): place for place in places}
    statements = []
    for scan in scans:
        place = records.pop((scan.account_id, scan.region), None)
        payload = ScanCompleted(
            capture=capture,
            covers_from=scan.covers_from,
            covers_to=scan.covers_to,
            resources={"records": 0 if place is None else place.records},
            denied=scan.denied,
            failed=scan.failed,
        )
        statements.append(build_statement(scan.account_id, scan.region, payload, scan.covers_to))
    for place in records.values():
        first, last = parse_moment(place.first), parse_moment(place.last)
        if first is not None and last is not None:
            payload = ScanCompleted(
                capture=capture, covers_from=first, covers_to=last, resources={"records": place.records}
            )
            statements.append(build_statement(place.account_id, place.region, payload, last))
    return statements


def build_statement(
    account_id: str, region: str, payload: ScanCompleted, occurred_at: datetime
) -> Normalised:
    """The event for a statement, in the form that the recorder takes."""
    stream_id = coverage_stream(account_id, region)
    record_id = f"{stream_id}/{payload.capture}"
    event = EventEnvelope(
        event_id=build_event_id(record_id, SCAN_COMPLETED, stream_id, payload.model_dump_json()),
        event_type=SCAN_COMPLETED,
        stream_id=stream_id,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        producer=PRODUCER,
        normaliser_version=NORMALISER_VERSION,
        source=EventSource(kind="cloudtrail", record_id=record_id, account_id=account_id, region=region),
        correlation_id=record_id,
        data=payload.model_dump(mode="json", exclude_defaults=True),
    )
    return Normalised(events=(event,))


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour in which a channel delivered something of an account and Region."""

    account_id: str
    region: str
    begin: datetime


class HourlyCoverage:
    """For channels that never end: one statement for each account, Region and hour, whatever arrives in it.

    The statement names the hour's begin: the channel worked then; that it lost nothing is not claimed.
    """

    def __init__(self, capture: CaptureSource) -> None:
        self._capture: Final[CaptureSource] = capture
        self._stated: OrderedDict[Hour, None] = OrderedDict()

    def list_new(self, events: Iterable[EventEnvelope]) -> list[Hour]:
        """The hours of these events that were not stated yet."""
        return self.list_new_hours(
            (event.source.account_id, event.source.region, event.occurred_at) for event in events
        )

    def list_new_hours(self, moments: Iterable[tuple[str | None, str | None, datetime]]) -> list[Hour]:
        """The hours of these moments that were not stated yet."""
        hours = {
            Hour(account_id, region, moment.replace(minute=0, second=0, microsecond=0)): None
            for account_id, region, moment in moments
            if account_id is not None and region is not None
        }
        return [hour for hour in hours if hour not in self._stated]

    def build(self, hours: Sequence[Hour]) -> list[Normalised]:
        """Their statements, to be appended."""
        return [
            build_statement(
                hour.account_id,
                hour.region,
                ScanCompleted(capture=self._capture, covers_from=hour.begin, covers_to=hour.begin),
                hour.begin,
            )
            for hour in hours
        ]

    def keep(self, hours: Iterable[Hour]) -> None:
        """They were appended; a restart states them again, which adds nothing."""
        self._stated.update(dict.fromkeys(hours))
        while len(self._stated) > _MOST_HOURS:
            self._stated.popitem(last=False)
