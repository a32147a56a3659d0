"""The source session for history: synchronous, as sources are read in threads, and nothing but reading (DESIGN 2.7).

It never sees the platform's keys or endpoints, takes no endpoint from process-wide variables, and refuses
every operation that is not in its list, whatever the role would allow.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound
from botocore.session import Session

from ingest.adapters.source_errors import to_source_error
from ingest.errors import ForbiddenCallError, UsageError
from ingest.settings import HistorySettings

ALLOWED: Final = frozenset(
    {"ListObjectsV2", "GetObject", "HeadBucket", "LookupEvents", "AssumeRole", "GetCallerIdentity"}
)
_SESSION_NAME: Final = "ami-lineage-source"
_CONFIG: Final = {
    "connect_timeout": 5,
    "read_timeout": 60,
    "max_pool_connections": 32,
    "retries": {"mode": "standard", "total_max_attempts": 6},
    "ignore_configured_endpoint_urls": True,
}


class HistorySession:
    """Clients for the user's accounts; `settings` name profile, role, external id and local endpoints."""

    def __init__(self, settings: HistorySettings) -> None:
        self._settings = settings
        self._sessions: dict[str | None, Session] = {}

    @property
    def region(self) -> str:
        """The Region that is asked when none is named."""
        configured: str | None = self._open(None).get_config_variable("region")
        return self._settings.region or configured or "us-east-1"

    @property
    def partition(self) -> str:
        """The partition of that Region."""
        return str(self._open(None).get_partition_for_region(self.region))

    def client(self, service: str, region: str | None = None, role_arn: str | None = None) -> Any:  # noqa: ANN401 - botocore's clients have no types
        """A client, under a role when one is named.

        Raises:
            UsageError: there is no such profile.
        """
        return self._create(self._open(role_arn), service, region or self.region)

    def get_account_id(self) -> str:
        """The account that the session itself belongs to.

        Raises:
            SourceUnavailableError: there are no valid credentials, or STS did not answer.
        """
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except (ClientError, BotoCoreError) as error:
            raise to_source_error("sts:GetCallerIdentity", error) from error

    def _open(self, role_arn: str | None) -> Session:
        if role_arn not in self._sessions:
            session = self._build()
            if role_arn is not None:
                session._credentials = self._assume(session, role_arn)  # noqa: SLF001 - botocore's only way to refresh a role
            self._sessions[role_arn] = session
        return self._sessions[role_arn]

    def _build(self) -> Session:
        try:
            session = Session(profile=self._settings.profile)
            session.get_scoped_config()
        except ProfileNotFound as error:
            raise UsageError(f"{error}: name one of `aws configure list-profiles`") from error
        if self._settings.access_key_id is not None and self._settings.secret_access_key is not None:
            session.set_credentials(
                self._settings.access_key_id, self._settings.secret_access_key.get_secret_value()
            )
        session.register("before-call", _refuse_all_but_reading)
        return session

    def _assume(self, session: Session, role_arn: str) -> DeferredRefreshableCredentials:
        external_id = self._settings.external_id
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=partial(self._create_for_role, session),
            source_credentials=session.get_credentials(),
            role_arn=role_arn,
            extra_args={
                "RoleSessionName": _SESSION_NAME,
                **({} if external_id is None else {"ExternalId": external_id.get_secret_value()}),
            },
        )
        return DeferredRefreshableCredentials(
            refresh_using=fetcher.fetch_credentials,
            method="assume-role",
            time_fetcher=lambda: datetime.now(UTC),
        )

    def _create_for_role(self, session: Session, service: str, **options: object) -> Any:  # noqa: ANN401 - as above
        return self._create(session, service, self.region, options)

    def _create(
        self, session: Session, service: str, region: str, options: Mapping[str, object] | None = None
    ) -> Any:  # noqa: ANN401 - as above
        return session.create_client(
            service,
            region_name=region,
            endpoint_url=self._settings.find_endpoint(service),
            config=Config(**_CONFIG),
            **(options or {}),
        )


def _refuse_all_but_reading(model: Any, **_: object) -> None:  # noqa: ANN401 - as above
    if model.name not in ALLOWED:
        raise ForbiddenCallError(f"the source session only reads, {model.name} is not in its list")
