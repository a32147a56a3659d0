"""Proof that the graph of a generation is there, and how far it follows the log.

Two markers: the one that readers see carries the checkpoint and is written again and again, so a write
that was repeated over a restart of the graph's server could put it into an empty graph. The anchor is
written once, before the first element; a graph without it has lost everything.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from ami_lineage_contracts.times import from_key_time, to_key_time
from graph_store import GraphWriteStore, Marker
from graph_writer.errors import GenerationLostError
from lineage import FOLD_VERSION

_ANCHOR: Final = ".anchor"


async def put_anchor(graph: GraphWriteStore, generation: str, started: datetime) -> None:
    """Begin a generation: before anything else is written to it."""
    await graph.set_marker(Marker(generation + _ANCHOR, to_key_time(started), FOLD_VERSION))


async def require_anchor(graph: GraphWriteStore, generation: str) -> None:
    """Check that the graph still holds what was written since the generation began.

    Raises:
        GenerationLostError: the graph came back empty.
    """
    if await graph.find_marker(generation + _ANCHOR) is None:
        raise GenerationLostError(generation)


async def put_marker(graph: GraphWriteStore, generation: str, checkpoint: datetime) -> None:
    """Show readers that the generation is complete up to `checkpoint`."""
    await graph.set_marker(Marker(generation, to_key_time(checkpoint), FOLD_VERSION))


async def find_fold_version(graph: GraphWriteStore, generation: str) -> int | None:
    """Which version of the rules the generation was made with; None when its graph is not there."""
    anchor = await graph.find_marker(generation + _ANCHOR)
    marker = await graph.find_marker(generation)
    return None if anchor is None or marker is None else marker.fold_version


async def read_checkpoint(graph: GraphWriteStore, generation: str) -> datetime:
    """Up to when all recorded events are in the generation.

    Raises:
        GenerationLostError: the graph came back empty.
    """
    return from_key_time((await _get_marker(graph, generation)).checkpoint)


async def advance_checkpoint(graph: GraphWriteStore, generation: str, checkpoint: datetime) -> datetime:
    """Say that all events recorded up to `checkpoint` are in the generation; never goes back.

    Raises:
        GenerationLostError: the graph came back empty.
    """
    marker = await _get_marker(graph, generation)
    current = from_key_time(marker.checkpoint)
    if current >= checkpoint:
        return current
    await graph.set_marker(replace(marker, checkpoint=to_key_time(checkpoint)))
    return checkpoint


async def drop_elements(graph: GraphWriteStore, generation: str) -> None:
    """Remove everything that the generation has in the graph."""
    await graph.drop_generation(generation)
    await graph.drop_generation(generation + _ANCHOR)


async def _get_marker(graph: GraphWriteStore, generation: str) -> Marker:
    marker = await graph.find_marker(generation)
    if marker is None:
        raise GenerationLostError(generation)
    return marker
