"""What coverage means for one resource: should an event have told how it came to be, and does it still exist."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events.image import ImageObserved
from ami_lineage_contracts.events.instance import InstanceObserved
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.stream_ids import parse_resource_stream
from lineage import fold

UNTOLD: Final = "exists, but no recorded event made it"
NOT_SEEN: Final = "recorded as existing, but not seen in scan"

_MAKING: Final[Mapping[str, frozenset[str]]] = {
    "image": frozenset(
        {"image.created", "image.copied", "image.registered", "image.restored", "image.imported"}
    ),
    "instance": frozenset({"instance.launched", "instance.fleet_launched"}),
}
"""Kinds whose making always leaves a record of its own; a volume or snapshot may be made along with others."""

_ENDED: Final = frozenset(
    {"deregistered", "failed", "invalid", "error", "deleted", "terminated", "shutting-down"}
)


@dataclass(frozen=True, slots=True)
class Covered:
    """The time of which events should have told; what is younger than `until` may still be under way."""

    since: datetime
    until: datetime


def is_untold(
    kind: str,
    seen: Payload,
    history: Iterable[EventEnvelope],
    covered: Covered,
    account_id: str,
) -> bool:
    """Whether a resource of this account came to be while events were covered, and no event says how."""
    made_at = None
    if isinstance(seen, ImageObserved):
        made_at = seen.created_at
    elif isinstance(seen, InstanceObserved):
        # LaunchTime moves when an instance is started again, the time of its first attachment does not.
        made_at = min((each.attached_at for each in seen.attachments if each.attached_at), default=None)
    if made_at is None or not covered.since < made_at < covered.until:
        return False
    owner = seen.owner_account_id if isinstance(seen, ImageObserved | InstanceObserved) else None
    return owner == account_id and not has_making(kind, history)


def has_making(kind: str, history: Iterable[EventEnvelope]) -> bool:
    """Whether an event tells how the resource came to be."""
    return any(event.event_type in _MAKING.get(kind, ()) for event in history)


def find_owner_of_living(
    stream_id: str, history: Sequence[EventEnvelope], before: datetime
) -> tuple[str | None, bool]:
    """Owner of a resource that its events say exists, and whether it has ended.

    The owner is None when it is unknown, when the resource has ended, or when anything happened to it since
    `before`: then no scan that began at that time says anything about it.
    """
    if not history:
        return None, False
    place = parse_resource_stream(stream_id)
    state = fold(stream_id, history)
    newest = max(history, key=lambda event: (event.occurred_at, str(event.event_id)))
    if state.state in _ENDED or newest.event_type.endswith(".deleted"):
        return None, True
    if newest.occurred_at >= before or not _is_known(history):
        return None, False
    return place.account_id or state.owner_account_id, False


def find_covered_since(history: Iterable[EventEnvelope]) -> datetime | None:
    """From when on events should have told of an account and Region; None: nothing says so.

    A source of history covers from where it was read; a first backfill covers from its own time on.
    """
    begins = [
        datetime.fromisoformat(start)
        for event in history
        if event.event_type == "coverage.scan_completed"
        and isinstance(start := event.data.get("covers_from"), str)
    ]
    return min(begins, default=None)


def _is_known(history: Iterable[EventEnvelope]) -> bool:
    """A stream that holds only what others said of the resource does not say that it exists."""
    return any(
        event.event_type.endswith((".observed", ".created", ".launched"))
        or any(event.event_type in makings for makings in _MAKING.values())
        for event in history
    )
