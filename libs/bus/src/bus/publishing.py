"""Puts recorded events and hints on the recorded bus."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

import stamina
from pydantic import BaseModel

from ami_lineage_contracts.envelope import BUS_SOURCE, EventEnvelope
from bus.calls import ATTEMPTS, ask
from bus.errors import PermanentBusError, TransientBusError

ENTRIES_AT_ONCE: Final = 10
MAX_BYTES: Final = 900_000
"""PutEvents takes at most 1 MB (AWS_FACTS 3.3); names and framing need some of it."""

Entry = dict[str, Any]


class EventPublisher(Protocol):
    """Publishes; repeating it is harmless. May raise TransientBusError and PermanentBusError."""

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """Recorded events, as they stand in the log."""

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """A hint (`ami_lineage_contracts.hints`)."""


class EventBridgePublisher:
    """Publishes on one bus, over a client whose life belongs to the caller."""

    def __init__(self, client: Any, bus: str) -> None:  # noqa: ANN401 - aiobotocore's client
        self._client = client
        self._bus = bus

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """See `EventPublisher.publish`."""
        await self._put([self._build_entry(event.event_type, event) for event in events])

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """See `EventPublisher.publish_hint`."""
        await self._put([self._build_entry(hint_type, hint)])

    def _build_entry(self, detail_type: str, detail: BaseModel) -> Entry:
        return {
            "EventBusName": self._bus,
            "Source": BUS_SOURCE,
            "DetailType": detail_type,
            "Detail": detail.model_dump_json(),
        }

    async def _put(self, entries: Iterable[Entry]) -> None:
        for batch in _cut(entries):
            await self._put_batch(batch)

    async def _put_batch(self, batch: list[Entry]) -> None:
        """Entries fail one by one behind an HTTP 200: those are put again (AWS_FACTS 3.3)."""
        async for attempt in stamina.retry_context(
            on=TransientBusError, attempts=ATTEMPTS, timeout=30, wait_max=5
        ):
            with attempt:
                answer = await ask(lambda: self._client.put_events(Entries=batch), attempts=1)
                failed = [
                    entry
                    for entry, result in zip(batch, answer["Entries"], strict=True)
                    if result.get("ErrorCode")
                ]
                if failed:
                    batch[:] = failed
                    raise TransientBusError(f"{len(failed)} events were not taken by the bus")


def _cut(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(entry["Detail"].encode())
        if length > MAX_BYTES:
            raise PermanentBusError(f"{entry['DetailType']} of {length} bytes is larger than the bus takes")
        if batch and (len(batch) == ENTRIES_AT_ONCE or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += length
    if batch:
        yield batch
