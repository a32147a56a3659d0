"""What the questions need of the outside: a graph, a log, verdicts."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.verdicts import CurrentVerdict
from graph_store.generations import GenerationRecord
from graph_store.models import Vertex
from graph_store.read_models import (
    Direction,
    GraphCounts,
    Impact,
    Include,
    Neighbours,
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


class GraphReader(Protocol):
    """The active generation of the graph. Every method raises GraphRebuildingError when there is none."""

    async def get_state(self) -> GraphState:
        """Which generation answers."""
        ...

    async def list_generations(self) -> Sequence[GenerationRecord]:
        """All generations in the register."""
        ...

    async def find_images(self, image_id: str) -> tuple[Vertex, ...]:
        """Images with this id, in every Region."""
        ...

    async def find_vertices(self, ids: Sequence[str]) -> Mapping[str, Vertex]:
        """The vertices that exist of these."""
        ...

    async def find_neighbours(
        self, ids: Sequence[str], labels: Sequence[str], *, outgoing: bool, limit: int
    ) -> Neighbours:
        """Edges of these labels at these vertices, with the vertices at the other end."""
        ...

    async def count_neighbours(self, ids: Sequence[str], labels: Sequence[str], *, outgoing: bool) -> int:
        """How many such edges there are."""
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

    async def find_impact(self, roots: Sequence[str], limit: int) -> Impact:
        """Instances that ran, or were launched from, these images and all that is derived from them."""
        ...

    async def find_dependents(self, ids: Sequence[str]) -> frozenset[str]:
        """Images, instances and groups whose closure may rest on one of these streams."""
        ...

    async def search(
        self, filters: SearchFilters, limit: int, after: SearchCursor | None = None
    ) -> SearchPage:
        """Images that match, the newest first."""
        ...

    async def count(self) -> GraphCounts:
        """Counts for the overview."""
        ...

    async def count_labels(self) -> Mapping[str, int]:
        """How many vertices each label has."""
        ...

    def scan(self, label: str) -> AsyncIterator[Vertex]:
        """All vertices of a label."""
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
