"""How the platform's own AWS account is reached: the local endpoints, or the tooling account."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """Read from ``AMI_LINEAGE_*`` variables; without keys the SDK's own chain of credentials is used."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    region: str = "us-east-1"
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    dynamodb_endpoint: str | None = None
    events_endpoint: str | None = None
    sqs_endpoint: str | None = None

    def find_endpoint(self, service: str) -> str | None:
        """The endpoint configured for a service; None means AWS's own."""
        endpoints = {
            "dynamodb": self.dynamodb_endpoint,
            "events": self.events_endpoint,
            "sqs": self.sqs_endpoint,
        }
        return endpoints.get(service)
