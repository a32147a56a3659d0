"""Bounds of the Gremlin store."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class GremlinSettings(BaseModel):
    """How to reach the server, how long to wait, and how much goes into one request.

    A record is a vertex, an edge or a property. Neptune's advice is about 200 records a request (AWS_FACTS 5.3);
    the local server takes far more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str
    connections: int = Field(default=4, ge=1, le=64)
    request_timeout_seconds: float = Field(default=60.0, gt=0)
    retry_attempts: int = Field(default=12, ge=1)
    retry_seconds: float = Field(default=60.0, gt=0)
    retry_wait_seconds: float = Field(default=0.02, gt=0)
    write_records: int = Field(default=1000, ge=1)
    load_records: int = Field(default=2600, ge=1)
    page_size: int = Field(default=500, ge=1)

    @classmethod
    def for_neptune(cls, endpoint: str) -> Self:
        """Bounds that Neptune's documentation advises."""
        return cls(
            endpoint=endpoint,
            connections=8,
            request_timeout_seconds=130,
            retry_wait_seconds=0.1,
            write_records=200,
            load_records=200,
            page_size=200,
        )
