"""What the questions need of the outside: a graph, a log, verdicts."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.verdicts import CurrentVerdict
from graph_store.models import Edge, Vertex
from graph_store.read_models import (
    Direction,
    GraphCounts,
    Include,
    SearchCursor,
    SearchFilters,
    SearchPage,
    Subgraph,
)


@dataclass(frozen=True)
class GraphState:
    """The generation that answers; everything recorded up to `checkpoint` is in it."""

    generation: str
    checkpoint: str


@dataclass(frozen=True)
class GenerationRow:
    """One generation in the register."""

    name: str
    state: str
    fold_version: int
    created_at: str


class GraphReader(Protocol):
    """The active generation of the graph. Every method raises GraphRebuildingError when there is none."""

    async def get_state(self) -> GraphState:
        """Which generation answers."""
        ...

    async def list_generations(self) -> Sequence[GenerationRow]:
        """All generations in the register."""
        ...

    async def find_images(self, image_id: str) -> tuple[Vertex, ...]:
        """Images with this id, in every Region."""
        ...

    async def find_vertices(self, ids: Sequence[str]) -> Mapping[str, Vertex]:
        """The vertices that exist of these."""
        ...

    async def find_edges(self, ids: Sequence[str], labels: Sequence[str]) -> tuple[Edge, ...]:
        """Edges of these labels at these vertices."""
        ...

    async def load_lineage(
        self,
        root: str,
        direction: Direction,
        depth: int,
        limit: int,
        include: Iterable[Include] = (),
    ) -> Subgraph:
        """Relatives of an image that exists."""
        ...

    async def search(
        self, filters: SearchFilters, limit: int, after: SearchCursor | None = None
    ) -> SearchPage:
        """Images that match, the newest first."""
        ...

    async def count(self) -> GraphCounts:
        """Counts for the overview."""
        ...

    def list_vertices(self) -> AsyncIterator[Vertex]:
        """All vertices."""
        ...


class EventReader(Protocol):
    """The event log."""

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """Events of several streams."""
        ...


class VerdictReader(Protocol):
    """Current verdicts."""

    async def find_verdict(self, stream_id: str) -> CurrentVerdict | None:
        """Verdict about a resource; None when it was not evaluated."""
        ...
