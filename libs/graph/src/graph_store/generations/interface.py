"""The registry as its users see it; the DynamoDB one and the in-memory one keep the same promises."""

from collections.abc import Iterable
from typing import Protocol

from graph_store.generations.models import ActiveGeneration, GenerationRecord, Lease


class GenerationRegistry(Protocol):
    """All reads are consistent. Every method may raise TransientGraphError or PermanentGraphError.

    Lease protocol. A writer reads `list_writable`, calls `put_lease`, reads `list_writable` AGAIN and starts over
    if it changed, all before it writes (`take_lease` does this). A rebuild marks its generation catching_up and
    then waits until every lease names it: a lease put before that read is seen by the rebuild, the writer of a
    later one sees the new generation.
    """

    async def find_active(self) -> ActiveGeneration | None:
        """What readers see; None before the first switch."""

    async def list_generations(self) -> tuple[GenerationRecord, ...]:
        """All generations, by name."""

    async def list_writable(self) -> tuple[str, ...]:
        """Names of the generations that live writers have to write, sorted."""

    async def create_generation(self, name: str, fold_version: int) -> GenerationRecord:
        """Register a generation as building.

        Raises:
            GenerationConflictError: the name is taken.
        """

    async def mark_catching_up(self, name: str) -> None:
        """From now on live writers have to write it.

        Raises:
            GenerationConflictError: it is not building.
        """

    async def activate(self, name: str, expected_version: int) -> ActiveGeneration:
        """Switch readers to a generation that catches up, and retire the one before, in one transaction.

        `expected_version` is that of `find_active`, 0 when there is none.

        Raises:
            GenerationConflictError: somebody else switched, or the generation is not catching up.
        """

    async def remove_generation(self, name: str) -> None:
        """Forget a generation that is not active; no error when it is unknown.

        Raises:
            GenerationConflictError: it is live.
        """

    async def acquire_build_lock(self, owner: str, seconds: float) -> bool:
        """Take or renew the lock of the one builder; False while another owner's has not run out."""

    async def release_build_lock(self, owner: str) -> None:
        """Give the lock back; no error when it is somebody else's."""

    async def put_lease(self, writer_id: str, generations: Iterable[str], seconds: float) -> Lease:
        """Say which generations this writer writes for the next `seconds`."""

    async def take_lease(self, writer_id: str, seconds: float) -> Lease:
        """Put a lease over all writable generations that is known to name them all."""

    async def delete_lease(self, writer_id: str) -> None:
        """The writer has stopped."""

    async def list_leases(self) -> tuple[Lease, ...]:
        """Leases that have not run out, with an allowance for clocks that differ, by writer."""
