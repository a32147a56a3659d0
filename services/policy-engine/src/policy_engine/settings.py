"""Settings of policy-engine, read from ``AMI_LINEAGE_*`` variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PolicyEngineSettings(BaseSettings):
    """What policy-engine needs to know besides how to reach the platform (`bus.PlatformSettings`)."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    gremlin_endpoint: str
    policy_file: Path | None = None
    """The policy in force; the bundled starter policy when none is named."""
    topology_suffix: str = ""
    log_level: str = "INFO"
    catch_up_seconds: float = Field(default=60.0, gt=0)
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)
    bulk_threshold: int = Field(default=1_000, gt=0)
    """Images from which all facts are read in one pass instead of image by image."""
