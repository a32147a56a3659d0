"""Looks at resources while they can still be seen, and records what differs from the log (DESIGN 6)."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import structlog
from pydantic import ValidationError

from ami_lineage_contracts.stream_ids import StreamIdError, parse_resource_stream
from bus import EventPublisher, Message, Outcome, PermanentBusError, TransientBusError, dead, done, retry
from event_log import ClockSkewError, TransientLogError
from ingest.application.differences import DifferenceRecorder
from ingest.application.ports import Describer, ObserveRequest
from ingest.domain.observations_sighting import OBSERVED_KINDS, find_sighting
from ingest.errors import SourceUnavailableError

_log = structlog.get_logger(__name__)


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
        differences: DifferenceRecorder,
        publisher: EventPublisher,
        describer: Describer,
        pace: Pace,
    ) -> None:
        self._differences = differences
        self._publisher = publisher
        self._describer = describer
        self._pace = pace

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
                if place.region is None or place.kind not in OBSERVED_KINDS:
                    raise StreamIdError(f"{request.stream_id!r} is nothing to look at")  # noqa: TRY301 - one handler
                key = (place.kind, place.account_id or request.account_id, place.region)
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
        wanted = [parse_resource_stream(stream_id).resource_id for stream_id in sorted(requests)]
        await self._pace.wait(f"{account_id}/{region}")
        try:
            described = await self._describer.describe(account_id, kind, region, wanted)
            sightings = [
                sighting
                for entry in described
                if (sighting := find_sighting(kind, entry, account_id, region)) is not None
                and sighting.stream_id in requests
            ]
            correlation_ids = [requests[each.stream_id].correlation_id for each in sightings]
            events = await self._differences.record(sightings, correlation_ids)
            if events:
                await self._publisher.publish(events)
        except (SourceUnavailableError, TransientLogError, ClockSkewError, TransientBusError) as error:
            _log.warning("observation postponed", kind=kind, region=region, reason=str(error))
            return False
        except PermanentBusError as error:
            # The events are in the log, where readers look every minute.
            _log.error("events not published", reason=str(error))
        return True
