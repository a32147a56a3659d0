"""Graph elements as the pure core sees them: plain values, no identity of a store."""

from collections.abc import Mapping
from dataclasses import dataclass

from ami_lineage_contracts.graph import EdgeLabel, VertexLabel

Value = str | int | float | bool
Properties = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class VertexFacts:
    """A vertex; unknown properties are absent, lists and maps are canonical JSON text, times ISO text with Z."""

    stream_id: str
    label: VertexLabel
    properties: Properties


@dataclass(frozen=True, slots=True)
class EdgeFacts:
    """An edge between two streams; `discriminator` tells edges of one label and ends apart, "" where one is all."""

    label: EdgeLabel
    source: str
    target: str
    discriminator: str
    properties: Properties


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """A vertex and all fact edges that its stream owns."""

    vertex: VertexFacts
    edges: tuple[EdgeFacts, ...]
    event_count: int
    event_hash: str


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """Derived edges of a vertex and the properties that closing sets; those of CLOSURE_PROPERTIES left out are unset."""

    stream_id: str
    properties: Properties
    edges: tuple[EdgeFacts, ...]
