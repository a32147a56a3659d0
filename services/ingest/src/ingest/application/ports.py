"""What the application needs of the bus and of AWS."""

from collections.abc import Sequence
from typing import Protocol

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.hints import LogAppended
from pydantic import BaseModel, ConfigDict


class Publisher(Protocol):
    """The part of `bus.EventPublisher` that ingest uses."""

    async def publish(self, events: Sequence[EventEnvelope]) -> None:
        """Tell others what was recorded."""
        ...

    async def publish_hint(self, hint_type: str, hint: LogAppended) -> None:
        """Make others look into the log sooner."""
        ...


class ObserveRequest(BaseModel):
    """Look at this resource while it can still be seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stream_id: str
    account_id: str | None = None
    correlation_id: str


class ObserveRequests(Protocol):
    """The durable, delayed queue of what to look at."""

    async def put(self, requests: Sequence[ObserveRequest]) -> None:
        """Ask to look at these a little later."""
        ...


class Describer(Protocol):
    """The Describe calls of EC2, as JSON objects in the API's own names."""

    async def describe(self, kind: str, region: str, resource_ids: Sequence[str]) -> list[dict[str, object]]:
        """Those of the resources that are visible.

        Raises:
            SourceUnavailableError: EC2 did not answer; ask again later.
        """
        ...
