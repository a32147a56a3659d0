"""Puts recorded events and hints on the recorded bus."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from ami_lineage_contracts.envelope import BUS_SOURCE, EventEnvelope
from bus.batches import MAX_BYTES, cut
from bus.calls import ask_once, put_batch
from bus.errors import PermanentBusError


class EventPublisher(Protocol):
    """Publishes; repeating it is harmless. May raise TransientBusError and PermanentBusError."""

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """Recorded events, as they stand in the log.

        Raises:
            PermanentBusError: names those that are too large for the bus; all others were published.
        """

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """A hint (`ami_lineage_contracts.hints`)."""


def to_detail(model: BaseModel) -> str | None:
    """An event or hint as the bus carries it; None when it is larger than the bus takes."""
    detail = model.model_dump_json()
    return detail if len(detail.encode()) <= MAX_BYTES else None


def refuse_oversized(names: Sequence[str]) -> None:
    """Say which were left out.

    Raises:
        PermanentBusError: there are some.
    """
    if names:
        raise PermanentBusError(f"larger than the {MAX_BYTES} bytes that the bus takes: {', '.join(names)}")


class EventBridgePublisher:
    """Publishes on one bus, over a client whose life belongs to the caller."""

    def __init__(self, client: Any, bus: str) -> None:  # noqa: ANN401 - aiobotocore makes its clients at run time
        self._client = client
        self._bus = bus

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """See `EventPublisher.publish`."""
        details = [to_detail(event) for event in events]
        pairs = list(zip(events, details, strict=True))
        await self._put([(event.event_type, detail) for event, detail in pairs if detail is not None])
        refuse_oversized(
            [f"{event.event_type} {event.event_id}" for event, detail in pairs if detail is None]
        )

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """See `EventPublisher.publish_hint`."""
        detail = to_detail(hint)
        if detail is None:
            refuse_oversized([f"{hint_type} hint"])
        else:
            await self._put([(hint_type, detail)])

    async def _put(self, messages: Sequence[tuple[str, str]]) -> None:
        """Pairs of detail type and detail; entries fail one by one behind an HTTP 200 (AWS_FACTS 3.3)."""
        for batch in cut(messages, lambda message: len(message[1].encode())):
            await put_batch([self._build_entry(*message) for message in batch], self._put_entries)

    async def _put_entries(self, entries: list[dict[str, Any]]) -> Mapping[int, str]:
        answer = await ask_once(lambda: self._client.put_events(Entries=entries))
        return {
            index: str(result["ErrorCode"])
            for index, result in enumerate(answer["Entries"])
            if result.get("ErrorCode")
        }

    def _build_entry(self, detail_type: str, detail: str) -> dict[str, Any]:
        return {
            "EventBusName": self._bus,
            "Source": BUS_SOURCE,
            "DetailType": detail_type,
            "Detail": detail,
        }
