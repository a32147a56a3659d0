"""What the coverage events of one account and Region prove (pure). A silent account is not a quiet one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events.coverage import CanarySeen, GapDetected, ScanCompleted

HISTORY: Final = frozenset({"live", "archive", "import", "lookup"})
"""Sources that tell what happened; a backfill tells only what is there."""
UNREAD: Final = "No source of history covers this time."


@dataclass(frozen=True)
class Gap:
    """A time, or resources, of which no source told. `ends`: None is until now."""

    begins: datetime | None
    ends: datetime | None
    reason: str
    resources: int = 0


@dataclass(frozen=True)
class Captured:
    """How completely one account and Region is captured; `denied` and `failed` are those of the newest scans."""

    since: datetime | None
    """Begin of the oldest history that was read."""
    newest: datetime | None
    """Up to when a source has told."""
    sources: tuple[str, ...]
    described_at: datetime | None
    """When what exists was last read."""
    canary_at: datetime | None
    denied: tuple[str, ...]
    failed: tuple[str, ...]
    gaps: tuple[Gap, ...]


def read_capture(events: Iterable[EventEnvelope]) -> Captured | None:
    """What the events of a coverage stream say; None: there are none, so nothing is known of it."""
    ordered = sorted(events, key=lambda event: (event.occurred_at, str(event.event_id)))
    scans = [scan for event in ordered if (scan := _read_scan(event)) is not None]
    canaries = [event.occurred_at for event in ordered if _is_canary(event)]
    gaps = _list_open(ordered)
    if not (scans or canaries or gaps):
        return None
    spans = sorted(
        (scan.covers_from, scan.covers_to)
        for _, scan in scans
        if scan.capture in HISTORY and scan.covers_from is not None and scan.covers_to is not None
    )
    newest: dict[str, ScanCompleted] = {scan.capture: scan for _, scan in scans}
    described = [at for at, scan in scans if scan.capture == "backfill"]
    return Captured(
        since=spans[0][0] if spans else None,
        newest=max([*(end for _, end in spans), *canaries, *described], default=None),
        sources=tuple(sorted(newest)),
        described_at=described[-1] if described else None,
        canary_at=canaries[-1] if canaries else None,
        denied=tuple(sorted({action for scan in newest.values() for action in scan.denied})),
        failed=tuple(sorted({action for scan in newest.values() for action in scan.failed})),
        gaps=(*gaps, *_list_holes(spans)),
    )


def _read_scan(event: EventEnvelope) -> tuple[datetime, ScanCompleted] | None:
    if event.event_type != "coverage.scan_completed":
        return None
    try:
        return event.occurred_at, ScanCompleted.model_validate(event.data)
    except ValidationError:
        return None


def _is_canary(event: EventEnvelope) -> bool:
    if event.event_type != "coverage.canary_seen":
        return False
    try:
        CanarySeen.model_validate(event.data)
    except ValidationError:
        return False
    return True


def _list_open(events: Iterable[EventEnvelope]) -> tuple[Gap, ...]:
    """Gaps that no later event closes; one that cannot be read stays open."""
    listed = list(events)
    closed = {event.causation_id for event in listed if event.event_type == "coverage.gap_closed"}
    return tuple(
        _to_gap(event)
        for event in listed
        if event.event_type == "coverage.gap_detected" and str(event.event_id) not in closed
    )


def _to_gap(event: EventEnvelope) -> Gap:
    try:
        gap = GapDetected.model_validate(event.data)
    except ValidationError:
        return Gap(None, event.occurred_at, "A gap was recorded in a form that cannot be read.")
    return Gap(gap.gap_from, gap.gap_to, gap.reason, len(gap.resources))


def _list_holes(spans: list[tuple[datetime, datetime]]) -> tuple[Gap, ...]:
    """Times between the histories that were read."""
    holes: list[Gap] = []
    reached: datetime | None = None
    for begin, end in spans:
        if reached is not None and begin > reached:
            holes.append(Gap(reached, begin, UNREAD))
        reached = end if reached is None else max(reached, end)
    return tuple(holes)
