"""What the application needs of the bus and of AWS."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict


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
    """The Describe calls of AWS, as JSON objects in the API's own names."""

    async def describe(
        self, account_id: str | None, kind: str, region: str, resource_ids: Sequence[str]
    ) -> list[dict[str, object]]:
        """Those of the resources that are visible in this account; None: in the account of the session.

        Raises:
            SourceUnavailableError: AWS did not answer; ask again later.
        """
        ...
