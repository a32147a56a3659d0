"""Handles the messages of the central queue: believe, normalise, append, publish, and only then be done."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

import structlog

from ami_lineage_contracts.envelope import EventEnvelope
from bus import EventPublisher, Message, Outcome, PermanentBusError, TransientBusError, dead, done, retry
from event_log import ClockSkewError, TransientLogError
from ingest.application.coverage import HourlyCoverage
from ingest.application.observation_requests import build_requests
from ingest.application.ports import ObserveRequests
from ingest.application.recording import Recorder
from ingest.domain.envelopes import UntrustedMessageError, read_envelope
from ingest.domain.normaliser import normalise
from ingest.domain.outcome import Normalised

_log = structlog.get_logger(__name__)
Count = Callable[[str, int], None]


class CentralQueueHandler:
    """Idempotent: a message that comes again is appended as duplicate and published again.

    A crash between append and publish must not lose the notification, so duplicates are published too.
    """

    def __init__(
        self,
        recorder: Recorder,
        publisher: EventPublisher,
        members: AbstractSet[str],
        observe: ObserveRequests | None,
        count: Count,
    ) -> None:
        self._recorder = recorder
        self._publisher = publisher
        self._members = members
        self._observe = observe
        self._count = count
        self._coverage = HourlyCoverage("live")

    async def handle(self, messages: Sequence[Message]) -> list[Outcome]:
        """The outcome of each message, in their order."""
        read = [self._read(message.body) for message in messages]
        records = [normalised for normalised, _ in read if normalised is not None]
        hours = self._coverage.list_new(event for record in records for event in record.events)
        try:
            results = iter(await self._recorder.append(records + self._coverage.build(hours)))
        except (TransientLogError, ClockSkewError) as error:
            _log.warning("log unavailable", reason=str(error))
            return [retry() if normalised is not None else outcome for normalised, outcome in read]
        self._coverage.keep(hours)
        outcomes: list[Outcome] = []
        events: list[EventEnvelope] = []
        for normalised, outcome in read:
            if normalised is None:
                outcomes.append(outcome)
                continue
            result = next(results)
            if result.refused is not None:
                self._count("rejected", 1)
                outcomes.append(dead(result.refused))
                continue
            self._count("recorded" if result.new_events else "duplicate", 1)
            events.extend(result.events)
            outcomes.append(done())
        if await self._tell(events):
            return outcomes
        return [
            retry() if normalised is not None and outcome == done() else outcome
            for (normalised, _), outcome in zip(read, outcomes, strict=True)
        ]

    def _read(self, body: str) -> tuple[Normalised | None, Outcome]:
        try:
            normalised = normalise(read_envelope(body, self._members))
        except UntrustedMessageError as error:
            self._count("rejected", 1)
            return None, dead(str(error))
        if normalised.rejected is not None:
            self._count("rejected", 1)
            return None, dead(normalised.rejected)
        if normalised.ignored is not None:
            if normalised.not_understood:
                _log.info("record not understood", reason=normalised.ignored, names=normalised.not_understood)
            self._count("ignored", 1)
            return None, done()
        return normalised, done()

    async def _tell(self, events: Sequence[EventEnvelope]) -> bool:
        try:
            if events:
                await self._publisher.publish(events)
            if events and self._observe is not None:
                await self._observe.put(build_requests(events))
        except TransientBusError as error:
            _log.warning("bus unavailable", reason=str(error))
            return False
        except PermanentBusError as error:
            # The events are in the log, where readers look every minute; trying again would change nothing.
            _log.error("events not published", reason=str(error))
        return True
