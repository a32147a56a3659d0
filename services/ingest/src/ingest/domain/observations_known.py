"""What the log says already of what an observation could say: only the difference is worth an event (DESIGN 6)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import stream_kind
from lineage import fold

SETTLING: Final = timedelta(minutes=5)
"""An observation never overrides an event of this time before it (DESIGN 5), so it proves nothing about it."""

_FOLDED: Final[Mapping[str, tuple[str, ...]]] = {
    "image": (
        "state",
        "owner_account_id",
        "name",
        "description",
        "architecture",
        "root_device_name",
        "public",
    ),
    "instance": ("state", "root_device_name", "instance_type", "instance_profile"),
    "volume": ("state",),
    "snapshot": ("state", "description", "encrypted"),
}
_ENDS_IN_SILENCE: Final[Mapping[str, tuple[str, ...]]] = {
    "image": ("deprecate_at", "block_devices", "product_codes"),
    "instance": ("attachments",),
    "volume": ("attachments",),
}
"""Fields that are absent from an answer that tells all when there is nothing of the sort."""

_UNSETTLES: Final[Mapping[str, tuple[str, ...]]] = {
    "image.deprecation_changed": ("deprecate_at",),
    "image.deregistration_protection_changed": ("deregistration_protection",),
    "image.watermark_attached": ("watermarks",),
    "image.watermark_detached": ("watermarks",),
    "image.launch_permission_changed": ("shared_with",),
    "image.disabled": ("shared_with",),
    "volume.attached": ("attachments",),
    "volume.detached": ("attachments",),
    "instance.volume_attached": ("attachments",),
    "instance.volume_detached": ("attachments",),
    "instance.root_volume_replaced": ("image_id", "root_volume_id"),
}
"""Events that change a field which the fold does not keep in the observation's own form."""

_UNKNOWN: Final = object()


def is_told(
    stream_id: str,
    data: Mapping[str, object],
    history: Sequence[EventEnvelope],
    now: datetime,
) -> bool:
    """Whether an observation with this content would tell nothing that the log does not tell."""
    looks, events = split_looks(history)
    if not looks:
        return False
    newest = max((event.occurred_at for event in events), default=None)
    last = looks[-1]
    if last.data == data and newest is not None and last.occurred_at > newest:
        # Said since the last event: once more changes something only if that came too early to count.
        return last.occurred_at - newest > SETTLING or now - newest <= SETTLING
    if stream_kind(stream_id) not in _FOLDED:
        return last.data == data and (newest is None or last.occurred_at - newest > SETTLING)
    known = _build_known(stream_id, looks, events)
    return all(_equals(known.get(field), data.get(field)) for field in _list_told(stream_id, data))


def split_looks(history: Iterable[EventEnvelope]) -> tuple[list[EventEnvelope], list[EventEnvelope]]:
    """The observations of a stream, oldest first, and its other events."""
    ordered = sorted(history, key=lambda event: (event.occurred_at, str(event.event_id)))
    looks = [event for event in ordered if event.event_type.endswith(".observed")]
    return looks, [event for event in ordered if not event.event_type.endswith(".observed")]


def _list_told(stream_id: str, data: Mapping[str, object]) -> set[str]:
    kind = stream_kind(stream_id)
    whole = kind != "image" or "tags" in data
    silent = _ENDS_IN_SILENCE.get(kind, ()) if whole else ()
    return {*data, *silent, "incomplete"} - ({"incomplete"} if data.get("incomplete") else set())


def _build_known(
    stream_id: str, looks: Sequence[EventEnvelope], events: Sequence[EventEnvelope]
) -> dict[str, object]:
    known: dict[str, object] = {}
    for look in looks:
        whole = stream_kind(stream_id) != "image" or "tags" in look.data
        if whole:
            for field in (*_ENDS_IN_SILENCE.get(stream_kind(stream_id), ()), "incomplete"):
                known.pop(field, None)
        known.update(look.data)
    state = fold(stream_id, [*looks, *events])
    for field in _FOLDED[stream_kind(stream_id)]:
        value = getattr(state, field)
        if value is not None:
            known[field] = value
    if state.tags_complete:
        known["tags"] = dict(state.tags)
    for event in events:
        if event.occurred_at > looks[-1].occurred_at - SETTLING:
            known.update(dict.fromkeys(_UNSETTLES.get(event.event_type, ()), _UNKNOWN))
    return known


def _equals(known: object, said: object) -> bool:
    """Nothing of a sort and no word of it are the same; an unknown value equals none."""
    if known is _UNKNOWN:
        return False
    return known == said or (said in (None, False, [], {}) and known in (None, False, [], {}))
