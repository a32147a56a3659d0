"""Settings of the local platform, from variables that start with ``AMI_LINEAGE_``."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ami_lineage_local.checkout import CHECKOUT


class ToolSettings(BaseSettings):
    """Where the downloaded servers are kept."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    tools_dir: Path = CHECKOUT / ".tools"
    gremlin_heap_mb: int = Field(default=1024, ge=64)
    dynamodb_heap_mb: int = Field(default=512, ge=64)

    @property
    def jars_dir(self) -> Path:
        """The Maven-shaped folder that holds the jars."""
        return self.tools_dir / "jars"


class TopologySettings(BaseSettings):
    """Where `topology` declares: local endpoints that it must be given, as AWS is declared by infra/cdk."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    dynamodb_endpoint: str
    events_endpoint: str
    sqs_endpoint: str
    topology_suffix: str = ""


class UpSettings(BaseSettings):
    """How `up` starts: 0 as port takes a free one; `sample` 1 is the demo organization, 0 your own data."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    port: int = Field(default=8080, ge=0, le=65535)
    data_dir: Path | None = None
    sample: bool = False

    @model_validator(mode="after")
    def _absolute(self) -> Self:
        if self.data_dir is not None and not self.data_dir.is_absolute():
            object.__setattr__(self, "data_dir", self.data_dir.resolve())
        return self

    @property
    def resolved_data_dir(self) -> Path:
        """The folder for everything that is kept; the demo has one of its own."""
        if self.data_dir is not None:
            return self.data_dir
        return CHECKOUT / ".ami-lineage" / ("demo" if self.sample else "data")
