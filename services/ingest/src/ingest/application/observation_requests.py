"""What to look at after something happened: launches, snapshots, registrations, first references (DESIGN 6)."""

from collections.abc import Iterable
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import build_resource_stream, parse_resource_stream
from ingest.application.ports import ObserveRequest

_ITSELF: Final = frozenset(
    {
        "instance.launched",
        "image.created",
        "image.copied",
        "image.registered",
        "snapshot.created",
        "snapshot.backed_image",
        "volume.created",
        "volume.attached",
    }
)
_REFERENCES: Final = (("image", "image_id"), ("volume", "volume_id"), ("snapshot", "snapshot_id"))


def build_requests(events: Iterable[EventEnvelope]) -> list[ObserveRequest]:
    """One request for each resource that the events make or refer to in their own Region."""
    wanted: dict[str, ObserveRequest] = {}
    for event in events:
        if event.event_type not in _ITSELF:
            continue
        streams = [event.stream_id, *_find_references(event)]
        for stream_id in streams:
            wanted[stream_id] = ObserveRequest(
                stream_id=stream_id,
                account_id=event.source.account_id,
                correlation_id=event.correlation_id,
            )
    return list(wanted.values())


def _find_references(event: EventEnvelope) -> list[str]:
    place = parse_resource_stream(event.stream_id)
    return [
        build_resource_stream(kind, place.partition, place.region, resource_id)
        for kind, name in _REFERENCES
        if place.region is not None and isinstance(resource_id := event.data.get(name), str)
    ]
