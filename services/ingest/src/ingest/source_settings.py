"""How backfill and the observer reach the organization: variables ``AMI_LINEAGE_SOURCE_`` + the name."""

from typing import Final

from pydantic import Field

from ingest.adapters.source_session import SourceAccess
from ingest.settings import HistorySettings

_OTHERS: Final = "*"


class SourceSettings(HistorySettings):
    """As for history, and more: `endpoint` is that of all services that have none of their own.

    `rate`: calls a second for each service of an account and Region. `places_at_once`: accounts and Regions.
    """

    ec2_endpoint: str | None = None
    endpoint: str | None = None
    rate: float = Field(default=10.0, gt=0)
    places_at_once: int = Field(default=6, gt=0)

    def build_access(self, platform_keys: tuple[str, str] | None) -> SourceAccess:
        """With a local endpoint of EC2 nothing ever goes to AWS: the other services are asked there too.

        `platform_keys`: what the local endpoints take when no keys are set for the source.
        """
        endpoints = {}
        others = self.endpoint or self.ec2_endpoint
        if others is not None:
            named = {"ec2": self.ec2_endpoint, "sts": self.sts_endpoint}
            endpoints = {_OTHERS: others, **{name: url for name, url in named.items() if url is not None}}
        keys = None
        if self.access_key_id is not None and self.secret_access_key is not None:
            keys = (self.access_key_id, self.secret_access_key.get_secret_value())
        return SourceAccess(
            profile=self.profile,
            role=self.role,
            external_id=None if self.external_id is None else self.external_id.get_secret_value(),
            region=self.region,
            endpoints=endpoints,
            keys=keys or (platform_keys if endpoints else None),
        )
