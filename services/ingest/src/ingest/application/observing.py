"""Looks at resources while they can still be seen, and records what differs from the last look (DESIGN 6)."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from pydantic import ValidationError

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.storage import SnapshotBackedImage
from ami_lineage_contracts.stream_ids import (
    ResourceRef,
    StreamIdError,
    parse_resource_stream,
    snapshot_stream,
)
from bus import EventPublisher, Message, Outcome, PermanentBusError, TransientBusError, dead, done, retry
from event_log import ClockSkewError, EventLog, TransientLogError
from ingest.application.ports import Describer, ObserveRequest
from ingest.application.recording import Recorder
from ingest.domain.decoding import Fields
from ingest.domain.observations import ID_NAMES, build_observation_id, build_observed
from ingest.domain.outcome import Normalised
from ingest.errors import SourceUnavailableError

_log = structlog.get_logger(__name__)
_CLOCK: Final = lambda: datetime.now(UTC)  # noqa: E731 - a default that tests replace


class Pace:
    """At most one call for each key (account and Region) in `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next: dict[str, float] = {}

    async def wait(self, key: str) -> None:
        """Returns when the next call may be made."""
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._next.get(key, 0.0))
        self._next[key] = due + self._interval
        await asyncio.sleep(max(0.0, due - loop.time()))


class Observer:
    """Handles the observe queue; a request that comes again finds nothing different and doubles nothing."""

    def __init__(
        self,
        log: EventLog,
        recorder: Recorder,
        publisher: EventPublisher,
        describer: Describer,
        pace: Pace,
        clock: Callable[[], datetime] = _CLOCK,
    ) -> None:
        self._log = log
        self._recorder = recorder
        self._publisher = publisher
        self._describer = describer
        self._pace = pace
        self._clock = clock

    async def handle(self, messages: Sequence[Message]) -> list[Outcome]:
        """The outcome of each message, in their order; one call for each kind, account and Region."""
        outcomes: list[Outcome] = []
        groups: dict[tuple[str, str | None, str], dict[str, ObserveRequest]] = defaultdict(dict)
        group_of: list[tuple[str, str | None, str] | None] = []
        for message in messages:
            key = None
            try:
                request = ObserveRequest.model_validate_json(message.body)
                place = parse_resource_stream(request.stream_id)
                if place.region is None or place.kind not in ID_NAMES:
                    raise StreamIdError(f"{request.stream_id!r} is nothing to look at")  # noqa: TRY301 - one handler
                key = (place.kind, request.account_id, place.region)
                groups[key][request.stream_id] = request
                outcomes.append(done())
            except (ValidationError, StreamIdError) as error:
                outcomes.append(dead(f"no observe request: {error}"))
            group_of.append(key)
        failed = {key for key, requests in groups.items() if not await self._observe(key, requests)}
        return [
            retry() if key in failed else outcome for key, outcome in zip(group_of, outcomes, strict=True)
        ]

    async def _observe(self, key: tuple[str, str | None, str], requests: dict[str, ObserveRequest]) -> bool:
        kind, account_id, region = key
        places = {parse_resource_stream(stream_id).resource_id: stream_id for stream_id in requests}
        await self._pace.wait(f"{account_id}/{region}")
        try:
            described = await self._describer.describe(kind, region, sorted(places))
            histories = await self._log.read_streams(sorted(requests))
            observations = []
            for entry in described:
                stream_id = places.get(Fields(entry).text(ID_NAMES[kind]) or "")
                if stream_id is not None:
                    payload = build_observed(kind, entry)
                    observations += self._compare(requests[stream_id], payload, histories.get(stream_id, ()))
            results = await self._recorder.append(observations)
            events = [event for result in results for event in result.events]
            if events:
                await self._publisher.publish(events)
        except (SourceUnavailableError, TransientLogError, ClockSkewError, TransientBusError) as error:
            _log.warning("observation postponed", kind=kind, region=region, reason=str(error))
            return False
        except PermanentBusError as error:
            # The events are in the log, where readers look every minute.
            _log.error("events not published", reason=str(error))
        return True

    def _compare(
        self, request: ObserveRequest, payload: Payload, history: Iterable[EventEnvelope]
    ) -> list[Normalised]:
        place = parse_resource_stream(request.stream_id)
        event_type = f"{place.kind}.observed"
        data = payload.model_dump(mode="json", exclude_defaults=True)
        looks = [event for event in history if event.event_type == event_type]
        last = max(looks, key=lambda event: (event.occurred_at, str(event.event_id)), default=None)
        if last is not None and last.data == data:
            return []
        record_id = build_observation_id(
            request.stream_id, data, None if last is None else str(last.event_id)
        )
        events = [self._build(request, place, record_id, event_type, request.stream_id, data)]
        events += [
            self._build(request, place, record_id, "snapshot.backed_image", stream_id, backed, discriminator)
            for stream_id, backed, discriminator in _find_backing(place, data)
        ]
        return [Normalised(events=tuple(events))]

    def _build(
        self,
        request: ObserveRequest,
        place: ResourceRef,
        record_id: str,
        event_type: str,
        stream_id: str,
        data: dict[str, object],
        discriminator: str = "",
    ) -> EventEnvelope:
        now = self._clock()
        return EventEnvelope(
            event_id=build_event_id(record_id, event_type, stream_id, discriminator),
            event_type=event_type,
            stream_id=stream_id,
            occurred_at=now,
            recorded_at=now,
            producer="ingest",
            source=EventSource(
                kind="observation",
                record_id=record_id,
                account_id=request.account_id,
                region=place.region,
            ),
            correlation_id=request.correlation_id,
            data=data,
        )


def _find_backing(place: ResourceRef, data: dict[str, object]) -> list[tuple[str, dict[str, object], str]]:
    devices = data.get("block_devices", ()) if place.kind == "image" and place.region is not None else ()
    found = []
    for device in devices if isinstance(devices, list) else ():
        snapshot_id, name = device.get("snapshot_id"), device.get("device_name")
        if snapshot_id is not None and place.region is not None:
            backed = SnapshotBackedImage(image_id=place.resource_id, device_name=name)
            found.append(
                (
                    snapshot_stream(place.partition, place.region, snapshot_id),
                    backed.model_dump(mode="json", exclude_defaults=True),
                    f"{place.resource_id} {name or ''}",
                )
            )
    return found
