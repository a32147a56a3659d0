"""A publisher and a queue in memory: for tests, under the same conformance suite as the real ones."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Final

from pydantic import BaseModel

from ami_lineage_contracts.envelope import EventEnvelope
from bus.batches import ENTRIES_AT_ONCE
from bus.messages import Received
from bus.publishing import refuse_oversized, to_detail
from bus.queues import MAX_DELAY_SECONDS, build_dead_letter_attributes

VISIBILITY_SECONDS: Final = 60.0


class InMemoryPublisher:
    """Keeps the promises of `EventPublisher` within one process."""

    def __init__(self) -> None:
        self.events: list[EventEnvelope] = []
        self.hints: list[tuple[str, BaseModel]] = []

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """See `EventPublisher.publish`."""
        self.events.extend(event for event in events if to_detail(event) is not None)
        refuse_oversized(
            [f"{event.event_type} {event.event_id}" for event in events if to_detail(event) is None]
        )

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """See `EventPublisher.publish_hint`."""
        if to_detail(hint) is None:
            refuse_oversized([f"{hint_type} hint"])
        self.hints.append((hint_type, hint))


@dataclass(slots=True)
class _Stored:
    """A message and when it is shown next, in seconds of the queue's clock."""

    id: str
    body: str
    visible_at: float
    sent_at: datetime
    receive_count: int = 0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be handled; `attributes` say why."""

    body: str
    attributes: dict[str, str] = field(default_factory=dict)


class InMemoryQueue:
    """Keeps the promises of `MessageQueue` within one process; `now` in seconds that only grow."""

    def __init__(
        self,
        name: str = "queue",
        visibility_seconds: float = VISIBILITY_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name: Final = name
        self.dead_letters: list[DeadLetter] = []
        self._visibility_seconds = visibility_seconds
        self._now = now
        self._messages: dict[str, _Stored] = {}
        self._ids = count(1)
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """Messages that were not deleted yet, hidden ones included."""
        return len(self._messages)

    async def receive(self, wait_seconds: int) -> list[Received]:
        """See `MessageQueue.receive`."""
        deadline = self._now() + wait_seconds
        while True:
            visible = [one for one in self._messages.values() if one.visible_at <= self._now()]
            if visible or self._now() >= deadline:
                return [self._hand_out(one) for one in visible[:ENTRIES_AT_ONCE]]
            shown_next = min((one.visible_at for one in self._messages.values()), default=deadline)
            await self._wait(min(shown_next, deadline) - self._now())

    def _hand_out(self, stored: _Stored) -> Received:
        stored.receive_count += 1
        stored.visible_at = self._now() + self._visibility_seconds
        return Received(
            id=stored.id,
            body=stored.body,
            receipt_handle=stored.id,
            receive_count=stored.receive_count,
            sent_at=stored.sent_at,
        )

    async def _wait(self, seconds: float) -> None:
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    async def delete(self, messages: Sequence[Received]) -> None:
        """See `MessageQueue.delete`."""
        for message in messages:
            self._messages.pop(message.receipt_handle, None)

    async def postpone(self, message: Received, seconds: int) -> None:
        """See `MessageQueue.postpone`."""
        stored = self._messages.get(message.receipt_handle)
        if stored is not None:
            stored.visible_at = self._now() + seconds
            self._changed.set()

    async def bury(self, message: Received, reason: str, error_type: str = "") -> None:
        """See `MessageQueue.bury`."""
        attributes = build_dead_letter_attributes(message, reason, error_type)
        self.dead_letters.append(DeadLetter(message.body, attributes))
        await self.delete([message])

    async def send(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        """See `MessageQueue.send`."""
        visible_at = self._now() + min(delay_seconds, MAX_DELAY_SECONDS)
        for body in bodies:
            stored = _Stored(f"m{next(self._ids)}", body, visible_at, datetime.now(UTC))
            self._messages[stored.id] = stored
        self._changed.set()
