"""A publisher that only remembers: for tests of what is published."""

from collections.abc import Sequence

from pydantic import BaseModel

from ami_lineage_contracts.envelope import EventEnvelope


class InMemoryPublisher:
    """Keeps the promises of `EventPublisher` within one process."""

    def __init__(self) -> None:
        self.events: list[EventEnvelope] = []
        self.hints: list[tuple[str, BaseModel]] = []

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """See `EventPublisher.publish`."""
        self.events.extend(events)

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """See `EventPublisher.publish_hint`."""
        self.hints.append((hint_type, hint))
