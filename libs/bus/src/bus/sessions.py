"""AWS sessions: each world its own, with endpoints per session and never a process-wide variable (DESIGN 2.7)."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

from bus.settings import PlatformSettings

MAX_CONNECTIONS = 50
CONNECT_SECONDS = 5
READ_SECONDS = 30


class PlatformSession:
    """Clients for our own stores and buses."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._settings = settings
        self._session = get_session()

    def client(self, service: str) -> AbstractAsyncContextManager[Any]:
        """An aiobotocore client as a context manager; keep it open for the life of the service."""
        secret = self._settings.secret_access_key
        return self._session.create_client(  # type: ignore[no-any-return]  # - aiobotocore is untyped
            service,
            region_name=self._settings.region,
            endpoint_url=self._settings.find_endpoint(service),
            aws_access_key_id=self._settings.access_key_id,
            aws_secret_access_key=None if secret is None else secret.get_secret_value(),
            config=AioConfig(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                max_pool_connections=MAX_CONNECTIONS,
                retries={"mode": "standard", "max_attempts": 2},
            ),
        )
