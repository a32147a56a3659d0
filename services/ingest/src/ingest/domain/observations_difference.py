"""From a sighting and the history of its stream to the events that the log still lacks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.external import ImportTaskObserved
from ami_lineage_contracts.events.image import ImageImported, ImageObserved
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.storage import SnapshotBackedImage, SnapshotImported
from ami_lineage_contracts.stream_ids import ResourceRef, image_stream, parse_resource_stream, snapshot_stream
from ingest.domain.decoding import JsonObject
from ingest.domain.observations_known import is_told, split_looks
from ingest.domain.observations_sighting import Sighting
from ingest.domain.outcome import Normalised

Histories = Mapping[str, Sequence[EventEnvelope]]


@dataclass(frozen=True, slots=True)
class Companion:
    """What a sighting says about another stream; `discriminator` is a value from the answer."""

    event_type: str
    stream_id: str
    payload: Payload
    discriminator: str


def build_observation_id(stream_id: str, data: JsonObject, previous: str | None) -> str:
    """Id of the observation that follows `previous` (an event id) on a stream and found this content.

    A request that is delivered twice gives the same id twice; the same content found again after another
    one gives a new id.
    """
    canonical = orjson.dumps([data, previous], option=orjson.OPT_SORT_KEYS)
    return f"observation/{stream_id}/{hashlib.sha256(canonical).hexdigest()[:32]}"


def list_streams(sightings: Sequence[Sighting]) -> list[str]:
    """The streams whose history `build_differences` needs."""
    needed = {sighting.stream_id for sighting in sightings}
    needed.update(companion.stream_id for each in sightings for companion in _list_companions(each))
    return sorted(needed)


def build_differences(
    sighting: Sighting, histories: Histories, now: datetime, correlation_id: str
) -> Normalised | None:
    """The events that the log lacks, under one record id; None when it tells everything already."""
    history = histories.get(sighting.stream_id, ())
    data = to_data(sighting.payload)
    looks, _ = split_looks(history)
    previous = str(looks[-1].event_id) if looks else None
    record_id = build_observation_id(sighting.stream_id, data, previous)

    def build(
        event_type: str, stream_id: str, content: dict[str, object], at: datetime, discriminator: str = ""
    ) -> EventEnvelope:
        return EventEnvelope(
            event_id=build_event_id(record_id, event_type, stream_id, discriminator),
            event_type=event_type,
            stream_id=stream_id,
            occurred_at=at,
            recorded_at=now,
            producer="ingest",
            source=EventSource(
                kind="observation",
                record_id=record_id,
                account_id=sighting.account_id,
                region=sighting.region,
            ),
            correlation_id=correlation_id,
            data=content,
        )

    events = []
    if not is_told(sighting.stream_id, data, history, now):
        events.append(build(sighting.event_type, sighting.stream_id, data, now))
    for companion in _list_companions(sighting):
        others = histories.get(companion.stream_id, ())
        if not _is_there(companion, others):
            made_it = companion.event_type.endswith(".imported")
            at = (_find_making_time(others) if made_it else None) or now
            content = to_data(companion.payload)
            events.append(
                build(companion.event_type, companion.stream_id, content, at, companion.discriminator)
            )
    return Normalised(events=tuple(events)) if events else None


def to_data(payload: Payload) -> dict[str, object]:
    """A payload as it stands in an event."""
    return payload.model_dump(mode="json", exclude_defaults=True)


def _list_companions(sighting: Sighting) -> Iterator[Companion]:
    place, payload = parse_resource_stream(sighting.stream_id), sighting.payload
    if place.region is None:
        return
    if isinstance(payload, ImageObserved):
        for device in payload.block_devices:
            if device.snapshot_id is not None:
                yield Companion(
                    "snapshot.backed_image",
                    snapshot_stream(place.partition, place.region, device.snapshot_id),
                    SnapshotBackedImage(image_id=place.resource_id, device_name=device.device_name),
                    f"{place.resource_id} {device.device_name or ''}",
                )
    elif isinstance(payload, ImportTaskObserved) and payload.status == "completed":
        yield from _list_imported(place, place.region, payload, sighting.account_id)


def _list_imported(
    place: ResourceRef, region: str, task: ImportTaskObserved, account_id: str | None
) -> Iterator[Companion]:
    if task.image_id is not None:
        yield Companion(
            "image.imported",
            image_stream(place.partition, region, task.image_id),
            ImageImported(
                owner_account_id=account_id, import_task_id=place.resource_id, sources=task.sources
            ),
            place.resource_id,
        )
        return
    for snapshot_id in task.snapshot_ids:
        yield Companion(
            "snapshot.imported",
            snapshot_stream(place.partition, region, snapshot_id),
            SnapshotImported(
                owner_account_id=account_id, import_task_id=place.resource_id, sources=task.sources
            ),
            place.resource_id,
        )


def _is_there(companion: Companion, history: Sequence[EventEnvelope]) -> bool:
    """The same statement, by whomever; an import that CloudTrail told counts for the task that made it."""
    for event in history:
        if event.event_type != companion.event_type:
            continue
        if event.event_type == "snapshot.backed_image" and event.data != to_data(companion.payload):
            continue
        return True
    return False


def _find_making_time(history: Sequence[EventEnvelope]) -> datetime | None:
    """When the resource came to be, as an earlier look at it said."""
    for event in history:
        for name in ("created_at", "started_at"):
            told = event.data.get(name)
            if event.event_type.endswith(".observed") and isinstance(told, str):
                return datetime.fromisoformat(told)
    return None
