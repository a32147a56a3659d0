"""What the graph holds of a state and of a closure."""

from typing import Final

from lineage.closure.results import ImageClosure, InstanceClosure
from lineage.elements import ClosureFacts, StreamFacts
from lineage.fold import StreamState

CLOSURE_PROPERTIES: Final = ("terminal_reason", "confidence", "divergent")
"""Vertex properties that only closing sets; `project` never gives them."""


def project(state: StreamState) -> StreamFacts:
    """Vertex and fact edges that the stream of `state` owns."""
    raise NotImplementedError


def closure_elements(closure: ImageClosure | InstanceClosure) -> ClosureFacts:
    """DERIVED_FROM edges of an image or RUNS edges of an instance, and the closure's vertex properties."""
    raise NotImplementedError
