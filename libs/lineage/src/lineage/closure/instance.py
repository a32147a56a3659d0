"""Closure of an instance: what it ran when."""

from collections.abc import Mapping

from lineage.closure.results import InstanceClosure, Missing
from lineage.fold import StreamState


def close_instance(stream_id: str, states: Mapping[str, StreamState]) -> InstanceClosure | Missing:
    """Runs of an instance, or the streams without which they cannot be told."""
    raise NotImplementedError
