"""The marker of a generation: proof that its graph is there, and how far it follows the log."""

from dataclasses import replace
from datetime import datetime

from ami_lineage_contracts.times import from_key_time, to_key_time
from graph_store import GraphWriteStore, Marker
from graph_writer.errors import GenerationLostError


async def require_marker(graph: GraphWriteStore, generation: str) -> Marker:
    """The marker.

    Raises:
        GenerationLostError: there is none, so the graph came back empty.
    """
    marker = await graph.find_marker(generation)
    if marker is None:
        raise GenerationLostError(generation)
    return marker


async def read_checkpoint(graph: GraphWriteStore, generation: str) -> datetime:
    """Up to when all recorded events are in the generation.

    Raises:
        GenerationLostError: the marker is gone.
    """
    return from_key_time((await require_marker(graph, generation)).checkpoint)


async def advance_checkpoint(graph: GraphWriteStore, generation: str, checkpoint: datetime) -> datetime:
    """Say that all events recorded up to `checkpoint` are in the generation; never goes back.

    Raises:
        GenerationLostError: the marker is gone.
    """
    marker = await require_marker(graph, generation)
    current = from_key_time(marker.checkpoint)
    if current >= checkpoint:
        return current
    await graph.set_marker(replace(marker, checkpoint=to_key_time(checkpoint)))
    return checkpoint
