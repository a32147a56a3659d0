"""The order in which events are folded, and the identity of a set of events."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from ami_lineage_contracts.envelope import Actor, EventEnvelope
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.registry import UnknownEventTypeError, read_payload

BEGIN: Final = 0
CHANGE: Final = 1
END: Final = 2

_BEGINNINGS: Final = frozenset(
    {
        "image.created",
        "image.copied",
        "image.registered",
        "image.restored",
        "image.imported",
        "snapshot.created",
        "snapshot.copied",
        "snapshot.imported",
        "volume.created",
        "instance.launched",
        "instance.fleet_launched",
        "launch_template.created",
        "auto_scaling_group.created",
        "launch_configuration.created",
        "image_recipe.created",
        "import_task.started",
    }
)
_ENDINGS: Final = frozenset(
    {
        "image.deregistered",
        "snapshot.deleted",
        "volume.deleted",
        "launch_template.deleted",
        "auto_scaling_group.deleted",
        "launch_configuration.deleted",
        "parameter.deleted",
        "image_recipe.deleted",
    }
)
_END_STATES: Final = frozenset({"deregistered", "shutting-down", "terminated"})
_HASH_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its payload read; `rank` is BEGIN, CHANGE or END."""

    event_id: str
    at: datetime
    rank: int
    payload: Payload
    actor: Actor | None


@dataclass(frozen=True, slots=True)
class Arranged:
    """Readable events in fold order, and what identifies the whole set."""

    entries: tuple[Entry, ...]
    event_count: int
    event_hash: str
    ignored_count: int
    first_event_at: datetime | None
    last_event_at: datetime | None


def arrange(events: Iterable[EventEnvelope]) -> Arranged:
    """Drop repetitions, keep the highest normaliser version of each event, and sort (DESIGN 5).

    The order is that of `occurred_at`, then rank, then event id, so it is total and never that of arrival.
    """
    newest: dict[UUID, EventEnvelope] = {}
    versions: set[tuple[UUID, int]] = set()
    for event in events:
        versions.add((event.event_id, event.normaliser_version))
        held = newest.get(event.event_id)
        if held is None or _is_newer(event, held):
            newest[event.event_id] = event
    readable = [entry for event in newest.values() if (entry := _find_entry(event)) is not None]
    readable.sort(key=lambda entry: (entry.at, entry.rank, entry.event_id))
    times = [event.occurred_at for event in newest.values()]
    return Arranged(
        entries=tuple(readable),
        event_count=len(versions),
        event_hash=_hash(versions),
        ignored_count=len(newest) - len(readable),
        first_event_at=min(times, default=None),
        last_event_at=max(times, default=None),
    )


def _is_newer(event: EventEnvelope, held: EventEnvelope) -> bool:
    if event.normaliser_version != held.normaliser_version:
        return event.normaliser_version > held.normaliser_version
    # Nobody should write one version twice with other content; if somebody does, arrival must not decide.
    return event != held and _content(event) > _content(held)


def _content(event: EventEnvelope) -> str:
    body = event.model_dump(mode="json", exclude={"recorded_at", "correlation_id", "causation_id"})
    return json.dumps(body, sort_keys=True)


def _find_entry(event: EventEnvelope) -> Entry | None:
    try:
        payload = read_payload(event)
    except (UnknownEventTypeError, ValidationError):
        return None
    rank = _rank(event.event_type, getattr(payload, "state", None))
    return Entry(str(event.event_id), event.occurred_at, rank, payload, event.actor)


def _rank(event_type: str, state: str | None) -> int:
    if event_type in _BEGINNINGS:
        return BEGIN
    if event_type in _ENDINGS or (event_type.endswith(".state_changed") and state in _END_STATES):
        return END
    return CHANGE


def _hash(versions: Iterable[tuple[UUID, int]]) -> str:
    """Order-free: the sum of the hashes of `event_id#version`."""
    total = 0
    for event_id, version in versions:
        digest = blake2b(f"{event_id}#{version}".encode(), digest_size=_HASH_BYTES).digest()
        total += int.from_bytes(digest, "big")
    return f"{total % (1 << 8 * _HASH_BYTES):0{2 * _HASH_BYTES}x}"
