"""What is written to the graph: elements, and the guarded writes of graph-writer.

Values are str, int, float or bool; lists and maps travel as JSON text; what is unknown is absent.
Ids carry no generation: the store adds its prefix when it writes and strips it when it reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Scalar = str | int | float | bool
Properties = Mapping[str, Scalar]

CLOSURE_PROPERTIES: Final = frozenset({"terminal_reason", "confidence", "divergent", "launches_unknown"})
"""Vertex properties that belong to the closure: `write_closures` sets or removes them, `write_facts` never
touches them."""

EDGES_OWNED_BY_TARGET: Final = frozenset({"ATTACHED_TO", "ROOT_OF", "BACKED_BY"})
"""Fact edges that may be owned by the vertex they point to; every other one is owned by its source."""


@dataclass(frozen=True, slots=True)
class Vertex:
    """A vertex; `id` is a stream id, `label` a VertexLabel of the contracts."""

    id: str
    label: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge from the derived thing (`source`) to what it came from (`target`), both stream ids."""

    id: str
    label: str
    source: str
    target: str
    properties: Properties = field(default_factory=dict)


def build_edge_id(label: str, source: str, target: str, discriminator: str | None = None) -> str:
    """The id of an edge, the only form that stores accept.

    Edges of different owners, or of different times, between the same ends need different discriminators.
    """
    edge_id = f"{label}|{source}|{target}"
    return edge_id if discriminator is None else f"{edge_id}|{discriminator}"


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """The folded facts of one stream: its vertex and ALL fact edges that it owns.

    The store writes `event_count`, `event_hash`, `placeholder` (false) and the edges' `owner` itself.
    """

    vertex: Vertex
    edges: tuple[Edge, ...]
    event_count: int
    event_hash: str


class WriteOutcome(StrEnum):
    """What became of a guarded write."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    """The graph holds exactly these events already. Dependents may still wait to be closed."""
    STALE = "stale"
    """The graph holds as many or more events, and others: read the stream again."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """Outcome for one stream of `write_facts`, in the order given."""

    stream_id: str
    outcome: WriteOutcome


@dataclass(frozen=True, slots=True)
class ClosureWrite:
    """The closure of an image (DERIVED_FROM edges), an instance (RUNS) or a group (WOULD_LAUNCH), replacing the last.

    `properties` may hold CLOSURE_PROPERTIES only; those that are absent are removed.
    """

    stream_id: str
    epoch_read: int
    properties: Properties
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """What a complete generation carries; without it the generation is being built or was lost."""

    generation: str
    checkpoint: str
    fold_version: int
