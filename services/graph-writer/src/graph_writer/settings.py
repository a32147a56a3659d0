"""Settings of graph-writer; each is an environment variable ``AMI_LINEAGE_`` + the name."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class GraphWriterSettings(BaseSettings):
    """What graph-writer needs beyond the platform's settings of `bus`.

    `member_accounts`: accounts of the organization; images of others are then foreign. A change shows in
    what is projected from then on, and everywhere after a rebuild.
    `projection_chunk`: streams projected or loaded at once. `bulk_threshold`: so many changed streams
    beside a graph smaller than that make a catch-up a rebuild.
    """

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    gremlin_endpoint: str
    topology_suffix: str = ""
    log_level: str = "INFO"
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)
    catch_up_seconds: float = Field(default=60.0, gt=0)
    member_accounts: Annotated[frozenset[str], NoDecode] = frozenset()
    projection_chunk: int = Field(default=500, gt=0)
    bulk_threshold: int = Field(default=2_000, gt=0)

    @field_validator("member_accounts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """``111122223333,444455556666``: what people write in an environment variable."""
        if isinstance(value, str):
            return frozenset(value.replace(",", " ").split())
        return value
