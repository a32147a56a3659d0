"""The fake registry."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from graph_store.errors import GenerationConflictError
from graph_store.generations.models import (
    SKEW_ALLOWANCE,
    WRITTEN_STATES,
    ActiveGeneration,
    Clock,
    GenerationRecord,
    GenerationState,
    Lease,
    read_clock,
)


class InMemoryGenerationRegistry:
    """Generations in dictionaries."""

    def __init__(self, clock: Clock = read_clock) -> None:
        self._clock = clock
        self._active: ActiveGeneration | None = None
        self._generations: dict[str, GenerationRecord] = {}
        self._leases: dict[str, Lease] = {}
        self._lock: tuple[str, datetime] | None = None

    async def find_active(self) -> ActiveGeneration | None:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        return self._active

    async def list_generations(self) -> tuple[GenerationRecord, ...]:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        return tuple(self._generations[name] for name in sorted(self._generations))

    async def list_writable(self) -> tuple[str, ...]:
        """See GenerationRegistry."""
        return tuple(one.name for one in await self.list_generations() if one.state in WRITTEN_STATES)

    async def create_generation(self, name: str, fold_version: int) -> GenerationRecord:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        if name in self._generations:
            raise GenerationConflictError(f"generation {name!r} exists already")
        record = GenerationRecord(name, GenerationState.BUILDING, fold_version, self._clock())
        self._generations[name] = record
        return record

    async def mark_catching_up(self, name: str) -> None:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        self._require_state(name, GenerationState.BUILDING)
        self._set_state(name, GenerationState.CATCHING_UP)

    async def activate(self, name: str, expected_version: int) -> ActiveGeneration:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        before = self._active
        if (before.version if before is not None else 0) != expected_version:
            raise GenerationConflictError(f"the active generation is no longer version {expected_version}")
        self._require_state(name, GenerationState.CATCHING_UP)
        if before is not None:
            self._set_state(before.generation, GenerationState.RETIRED)
        self._set_state(name, GenerationState.LIVE)
        self._active = ActiveGeneration(name, expected_version + 1)
        return self._active

    async def remove_generation(self, name: str) -> None:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        record = self._generations.get(name)
        if record is not None and record.state is GenerationState.LIVE:
            raise GenerationConflictError(f"generation {name!r} is live")
        self._generations.pop(name, None)

    async def acquire_build_lock(self, owner: str, seconds: float) -> bool:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        now = self._clock()
        if self._lock is not None and self._lock[0] != owner and now < self._lock[1] + SKEW_ALLOWANCE:
            return False
        self._lock = (owner, now + timedelta(seconds=seconds))
        return True

    async def release_build_lock(self, owner: str) -> None:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        if self._lock is not None and self._lock[0] == owner:
            self._lock = None

    async def put_lease(self, writer_id: str, generations: Iterable[str], seconds: float) -> Lease:
        """See GenerationRegistry."""
        lease = Lease(writer_id, frozenset(generations), self._clock() + timedelta(seconds=seconds))
        await asyncio.sleep(0)
        self._leases[writer_id] = lease
        return lease

    async def take_lease(self, writer_id: str, seconds: float) -> Lease:
        """See GenerationRegistry."""
        wanted = await self.list_writable()
        while True:
            lease = await self.put_lease(writer_id, wanted, seconds)
            before, wanted = wanted, await self.list_writable()
            if wanted == before:
                return lease

    async def delete_lease(self, writer_id: str) -> None:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        self._leases.pop(writer_id, None)

    async def list_leases(self) -> tuple[Lease, ...]:
        """See GenerationRegistry."""
        await asyncio.sleep(0)
        now = self._clock()
        return tuple(
            self._leases[writer_id]
            for writer_id in sorted(self._leases)
            if now < self._leases[writer_id].expires_at + SKEW_ALLOWANCE
        )

    def _require_state(self, name: str, state: GenerationState) -> None:
        record = self._generations.get(name)
        if record is None or record.state is not state:
            raise GenerationConflictError(f"generation {name!r} is not {state.value}")

    def _set_state(self, name: str, state: GenerationState) -> None:
        if name in self._generations:
            self._generations[name] = replace(self._generations[name], state=state)
