"""Settings of ingest; each is an environment variable ``AMI_LINEAGE_`` + the name."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_MEBIBYTE = 1024 * 1024


class IngestSettings(BaseSettings):
    """What ingest needs beyond the platform's settings of `bus`."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    topology_suffix: str = ""
    log_level: str = "INFO"
    data_dir: Path = Path(".ami-lineage/data")
    archive_dir: Path | None = None
    archive_poll_seconds: float = Field(default=2.0, gt=0)
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)
    member_accounts: Annotated[frozenset[str], NoDecode] = frozenset()
    max_file_bytes: int = Field(default=1024 * _MEBIBYTE, gt=0)
    max_unpacked_bytes: int = Field(default=16 * 1024 * _MEBIBYTE, gt=0)
    max_document_bytes: int = Field(default=256 * _MEBIBYTE, gt=0)
    import_batch_records: int = Field(default=200, gt=0)
    import_concurrency: int = Field(default=4, gt=0)
    observe: bool = False
    observe_delay_seconds: int = Field(default=30, ge=0, le=900)
    observe_interval_seconds: float = Field(default=1.0, gt=0)
    source_ec2_endpoint: str | None = None

    @field_validator("member_accounts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """``111122223333,444455556666``: what people write in an environment variable."""
        if isinstance(value, str):
            return frozenset(value.replace(",", " ").split())
        return value

    @property
    def watched_folder(self) -> Path:
        """Where new archive files appear."""
        return self.archive_dir or self.data_dir / "archive"


class HistorySettings(BaseSettings):
    """How the user's organization is reached: ``AMI_LINEAGE_SOURCE_`` + the name.

    Without a profile the SDK's own chain of credentials counts. Keys and endpoints are for local servers.
    """

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_SOURCE_", frozen=True, extra="ignore")

    profile: str | None = None
    role: str | None = None
    external_id: SecretStr | None = None
    region: str | None = None
    bucket_owner: str | None = None
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    s3_endpoint: str | None = None
    cloudtrail_endpoint: str | None = None
    sts_endpoint: str | None = None

    def find_endpoint(self, service: str) -> str | None:
        """The endpoint configured for a service; None means AWS's own."""
        return {
            "s3": self.s3_endpoint,
            "cloudtrail": self.cloudtrail_endpoint,
            "sts": self.sts_endpoint,
        }.get(service)
