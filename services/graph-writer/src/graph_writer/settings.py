"""Settings of graph-writer, read from ``AMI_LINEAGE_*`` variables."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GraphWriterSettings(BaseSettings):
    """What graph-writer needs to know besides how to reach the platform (`bus.PlatformSettings`)."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    gremlin_endpoint: str
    topology_suffix: str = ""
    log_level: str = "INFO"
    catch_up_seconds: float = Field(default=60.0, gt=0)
    health_port: int = Field(default=0, ge=0, le=65535)
    projection_chunk: int = Field(default=500, gt=0)
    """Streams projected at once by the catch-up: bounds memory and the size of bulk writes."""
    bulk_threshold: int = Field(default=2_000, gt=0)
    """Changed streams from which a catch-up into an empty graph becomes a rebuild."""
