"""Which generations this writer writes: a batch runs against one list, and the lease says which.

A rebuild waits until every lease names its new generation, and drops the old one when no lease names
it. Both are safe because the list changes only between batches: batches that began with the old list
end first, new ones wait.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from graph_store import GraphStoreError, GraphWriteStore
from graph_store.generations import GenerationRecord, GenerationRegistry
from graph_store.generations.models import WRITTEN_STATES
from graph_writer.application.markers import require_anchor
from graph_writer.errors import LeaseExpiredError, NoGenerationError
from lineage import FOLD_VERSION

LEASE_SECONDS: Final = 5.0
RENEW_SECONDS: Final = 1.0
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Writable:
    """Generations that are written now; `active` is the one that readers see, if it is among them."""

    active: GenerationRecord | None
    generations: tuple[str, ...]

    def is_active(self, generation: str) -> bool:
        """Whether readers see this generation."""
        return self.active is not None and self.active.name == generation

    def require_active(self) -> GenerationRecord:
        """The active generation.

        Raises:
            NoGenerationError: readers see none yet.
        """
        if self.active is None:
            raise NoGenerationError("no generation is active yet")
        return self.active


NOTHING: Final = Writable(None, ())


class WriterGate:
    """Lets batches through while the lease holds, and changes the list of generations between them."""

    def __init__(
        self,
        registry: GenerationRegistry,
        graph: GraphWriteStore,
        writer_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._graph = graph
        self._writer_id = writer_id
        self._clock = clock
        self._condition = asyncio.Condition()
        self._writable = NOTHING
        self._valid_until = 0.0
        self._in_flight = 0
        self._changing = False

    @property
    def is_open(self) -> bool:
        """Whether a batch could run now."""
        return self._writable.active is not None and self._clock() < self._valid_until

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Writable]:
        """The generations to write, unchanged until the block ends. Blocks must not be nested.

        Raises:
            NoGenerationError: there is nothing to write yet.
            LeaseExpiredError: the lease could not be renewed in time.
            GenerationLostError: the graph came back without the generation.
        """
        async with self._condition:
            await self._condition.wait_for(lambda: not self._changing)
            if self._clock() >= self._valid_until:
                raise LeaseExpiredError("the lease ran out")
            if not self._writable.generations:
                raise NoGenerationError("no generation can be written yet")
            writable = self._writable
            self._in_flight += 1
        try:
            for generation in writable.generations:
                await require_anchor(self._graph, generation)
            yield writable
        finally:
            async with self._condition:
                self._in_flight -= 1
                self._condition.notify_all()

    async def renew(self) -> None:
        """Read which generations there are, take up a changed list if no batch runs, renew the lease."""
        async with self._condition:
            wanted = await self._read_writable()
            if wanted.generations != self._writable.generations and self._in_flight:
                self._changing = True
                await self._put_lease(self._writable)
                return
            while True:
                await self._put_lease(wanted)
                again = await self._read_writable()
                if again.generations == wanted.generations:
                    break
                wanted = again
            if again.generations != self._writable.generations:
                _logger.info(
                    "writable generations changed",
                    generations=again.generations,
                    active=again.active and again.active.name,
                )
            self._writable, self._changing = again, False
            self._condition.notify_all()

    async def run(self, ended: asyncio.Event) -> None:
        """Renew until the work has ended; then give the lease back."""
        try:
            while not ended.is_set():
                try:
                    await self.renew()
                except GraphStoreError as error:
                    _logger.warning("lease not renewed", error=str(error))
                await self._wait_for_renewal()
        finally:
            await self._registry.delete_lease(self._writer_id)

    async def _wait_for_renewal(self) -> None:
        """Until the next renewal is due, or sooner when the batches that hold up a change have ended."""

        async def idle() -> None:
            async with self._condition:
                await self._condition.wait_for(lambda: self._changing and not self._in_flight)

        try:
            async with asyncio.timeout(RENEW_SECONDS):
                await idle()
        except TimeoutError:
            return

    async def _put_lease(self, writable: Writable) -> None:
        asked = self._clock()
        await self._registry.put_lease(self._writer_id, writable.generations, LEASE_SECONDS)
        self._valid_until = asked + LEASE_SECONDS

    async def _read_writable(self) -> Writable:
        """Generations of this fold version: what another version folds, another version writes."""
        active = await self._registry.find_active()
        records = [
            record
            for record in await self._registry.list_generations()
            if record.state in WRITTEN_STATES and record.fold_version == FOLD_VERSION
        ]
        seen = (record for record in records if active is not None and record.name == active.generation)
        return Writable(next(seen, None), tuple(record.name for record in records))
