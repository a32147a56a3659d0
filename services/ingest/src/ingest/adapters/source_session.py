"""The source session for what exists: in each account by an assumed role, and nothing but reading (DESIGN 2.7).

Only Describe, Get, List and Lookup ever leave it; what it may reach is set here and never process-wide.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioRefreshableCredentials
from aiobotocore.session import AioSession

from ingest.adapters.source_errors import SDK_ERRORS, to_source_error
from ingest.errors import ForbiddenCallError

_READS: Final = ("Describe", "Get", "List", "Lookup")
_SESSION_NAME: Final = "ami-lineage-source"
_SESSION_SECONDS: Final = 3600
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class SourceAccess:
    """How the organization is reached.

    `role`: name of the role assumed in each account but the caller's own; None: only the caller's account.
    `endpoints`: service to URL, ``*`` for all others; empty means AWS's own. `keys`: access key id and secret
    for local endpoints; None: the SDK's own chain of credentials, or `profile`.
    """

    profile: str | None = None
    role: str | None = None
    external_id: str | None = None
    region: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, str] | None = field(default=None, repr=False)

    def find_endpoint(self, service: str) -> str | None:
        """URL of a service; None means AWS's own."""
        return self.endpoints.get(service, self.endpoints.get("*"))

    @property
    def described(self) -> str:
        """Which world this is, for people."""
        if self.endpoints:
            return f"local endpoint {next(iter(self.endpoints.values()))}"
        return f"AWS, profile {self.profile}" if self.profile else "AWS, the SDK's own credentials"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials the session began with."""

    account_id: str
    partition: str


class SourceSession:
    """Clients by account, Region and service; a session of an assumed role renews itself."""

    def __init__(self, access: SourceAccess) -> None:
        self.access: Final = access
        self._own = AioSession(profile=access.profile)
        self._assumed: dict[str, AioSession] = {}
        self._caller: Caller | None = None
        self._lock = asyncio.Lock()

    def get_region(self) -> str:
        """The Region that is asked when none is named."""
        try:
            configured = self._own.get_config_variable("region")
        except SDK_ERRORS as error:
            raise to_source_error("the profile", error) from error
        return self.access.region or configured or "us-east-1"

    async def get_caller(self) -> Caller:
        """Who we are: sts:GetCallerIdentity, which needs no permission.

        Raises:
            SourceUnavailableError: no credentials, or STS does not answer.
        """
        async with self._lock:
            if self._caller is None:
                try:
                    async with self._client(self._own, "sts", self.get_region()) as sts:
                        identity = await sts.get_caller_identity()
                except SDK_ERRORS as error:
                    raise to_source_error("sts:GetCallerIdentity", error) from error
                self._caller = Caller(identity["Account"], identity["Arn"].split(":")[1])
            return self._caller

    async def reach(self, account_id: str | None) -> None:
        """Take the account's role, when it needs one; raises as `open` does."""
        await self._find_session(account_id)

    @asynccontextmanager
    async def open(self, account_id: str | None, region: str, service: str) -> AsyncIterator[Any]:
        """A client in an account (None: the caller's own), open for the block.

        Raises:
            SourceDeniedError: the account's role may not be assumed.
            SourceUnavailableError: no credentials, or AWS does not answer.
        """
        session = await self._find_session(account_id)
        try:
            async with self._client(session, service, region) as client:
                client.meta.events.register("before-parameter-build", _refuse_writes)
                yield client
        except SDK_ERRORS as error:
            raise to_source_error(f"{service} in {region}", error) from error

    async def _find_session(self, account_id: str | None) -> AioSession:
        if account_id is None or self.access.role is None:
            return self._own
        caller = await self.get_caller()
        if account_id == caller.account_id:
            return self._own
        async with self._lock:
            if account_id not in self._assumed:
                self._assumed[account_id] = await self._assume(account_id, caller.partition)
            return self._assumed[account_id]

    async def _assume(self, account_id: str, partition: str) -> AioSession:
        arguments: dict[str, Any] = {
            "RoleArn": f"arn:{partition}:iam::{account_id}:role/{self.access.role}",
            "RoleSessionName": _SESSION_NAME,
            "DurationSeconds": _SESSION_SECONDS,
        }
        if self.access.external_id is not None:
            arguments["ExternalId"] = self.access.external_id

        async def renew() -> dict[str, str]:
            async with self._client(self._own, "sts", self.get_region()) as sts:
                granted = (await sts.assume_role(**arguments))["Credentials"]
            return {
                "access_key": granted["AccessKeyId"],
                "secret_key": granted["SecretAccessKey"],
                "token": granted["SessionToken"],
                "expiry_time": granted["Expiration"].isoformat(),
            }

        session = AioSession()
        try:
            first = await renew()
        except SDK_ERRORS as error:
            raise to_source_error("sts:AssumeRole", error) from error
        credentials = AioRefreshableCredentials.create_from_metadata(first, renew, "assume-role")
        session._credentials = credentials  # noqa: SLF001 - botocore offers no other way to renew an assumed role
        return session

    def _client(self, session: AioSession, service: str, region: str) -> Any:  # noqa: ANN401 - aiobotocore
        keys: dict[str, str] = {}
        if self.access.keys is not None and session is self._own:
            keys = dict(zip(("aws_access_key_id", "aws_secret_access_key"), self.access.keys, strict=True))
        return session.create_client(
            service,
            region_name=region,
            endpoint_url=self.access.find_endpoint(service),
            config=AioConfig(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 1},
                ignore_configured_endpoint_urls=True,
            ),
            **keys,
        )


def _refuse_writes(model: Any, **_others: object) -> None:  # noqa: ANN401 - a hook of botocore
    if not model.name.startswith(_READS):
        raise ForbiddenCallError(f"{model.name} is no read: the source session never makes it")
