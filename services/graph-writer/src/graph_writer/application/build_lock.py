"""One builder at a time, by a lock that runs out when its holder is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from graph_store import GraphStoreError
from graph_store.generations import GenerationRegistry
from graph_writer.errors import RebuildRunningError

LOCK_SECONDS: Final = 30.0
RENEW_SECONDS: Final = 5.0
_logger = structlog.get_logger(__name__)


class BuildLock:
    """The lock of the registry, renewed while it is held."""

    def __init__(self, registry: GenerationRegistry, owner: str) -> None:
        self._registry = registry
        self._owner = owner

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the lock for the block; a block whose lock ran out is stopped.

        Raises:
            RebuildRunningError: somebody else holds it, or it could not be renewed.
        """
        if not await self._registry.acquire_build_lock(self._owner, LOCK_SECONDS):
            raise RebuildRunningError("another builder is at work")
        deadline = asyncio.timeout(LOCK_SECONDS)
        try:
            async with deadline:
                renewal = asyncio.create_task(self._renew(deadline))
                try:
                    yield
                finally:
                    renewal.cancel()
                    with suppress(asyncio.CancelledError):
                        await renewal
        except TimeoutError as error:
            if deadline.expired():
                raise RebuildRunningError("the lock of the builder could not be renewed") from error
            raise
        finally:
            await self._registry.release_build_lock(self._owner)

    async def _renew(self, deadline: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            asked = loop.time()
            try:
                renewed = await self._registry.acquire_build_lock(self._owner, LOCK_SECONDS)
            except GraphStoreError as error:
                _logger.warning("lock not renewed", error=str(error))
                continue
            deadline.reschedule(asked + LOCK_SECONDS if renewed else asked)
