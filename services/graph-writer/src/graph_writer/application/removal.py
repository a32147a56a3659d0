"""Waits for writers, and removes a generation when none of them writes it any more."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from graph_store import GraphWriteStore
from graph_store.generations import GenerationRegistry, Lease, no_lease_names
from graph_writer.application.markers import drop_elements
from graph_writer.errors import WriterBehindError

PATIENCE_SECONDS: Final = 30.0
"""Several times what a writer needs to finish its batch and renew its lease."""
POLL_SECONDS: Final = 0.2
_logger = structlog.get_logger(__name__)


async def wait_for_leases(
    registry: GenerationRegistry, condition: Callable[[Iterable[Lease]], bool], generation: str
) -> None:
    """Wait until the condition holds for the leases of all running writers.

    Raises:
        WriterBehindError: it does not hold in time; the message names the writers.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition(leases := await registry.list_leases()):
        if time.monotonic() > deadline:
            names = ", ".join(lease.writer_id for lease in leases)
            raise WriterBehindError(f"generation {generation} waits for the writers {names}")
        await asyncio.sleep(POLL_SECONDS)


async def remove_generation(registry: GenerationRegistry, graph: GraphWriteStore, generation: str) -> None:
    """Take a generation that is not live out of the registry, and out of the graph when nobody writes it."""
    await registry.remove_generation(generation)
    await wait_for_leases(registry, lambda leases: no_lease_names(leases, generation), generation)
    await drop_elements(graph, generation)
    _logger.info("generation removed", generation=generation)
