"""The graph as its users see it; `GremlinGraphStore` and `InMemoryGraphStore` keep the same promises."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from graph_store.models import ClosureWrite, Edge, Marker, StreamFacts, Vertex, WriteResult
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


class GraphWriteStore(Protocol):
    """What graph-writer needs. Every method may raise TransientGraphError or PermanentGraphError."""

    async def write_facts(self, generation: str, facts: Sequence[StreamFacts]) -> tuple[WriteResult, ...]:
        """Write vertices and the fact edges they own, each only over an older state.

        Missing ends of edges become placeholders; owned fact edges that are not in the set are removed.

        Raises:
            InvalidElementError: an edge does not touch its owner, or is derived.
        """

    async def find_dependents(self, generation: str, stream_ids: Iterable[str]) -> frozenset[str]:
        """Images, instances and groups whose closure may rest on one of these streams (themselves included)."""

    async def find_speakers(self, generation: str, ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Sources of the edges SPEAKS_OF into each of these vertices; empty where there are none.

        Read it BEHIND the epoch of what is closed with the answer. The speakers of an image are the images whose
        observed ancestry tells of it; those of a template's name are the templates of an account and Region that
        have it.
        """

    async def find_watermarked(self, generation: str, image_ids: Iterable[str]) -> frozenset[str]:
        """Those of these images, and of all that is derived from them, which carry a watermark."""

    async def read_epochs(self, generation: str, stream_ids: Iterable[str]) -> dict[str, int]:
        """Epoch of each stream that has a vertex; read it BEFORE the inputs of a closure."""

    async def write_closures(self, generation: str, closures: Sequence[ClosureWrite]) -> list[str]:
        """Replace closures whose epoch is still the one read; returns the streams that lost the race."""

    async def load(self, generation: str, vertices: Sequence[Vertex], edges: Sequence[Edge]) -> None:
        """Upsert in bulk without guards: only for a generation that nobody else writes.

        Vertices carry `event_count` and `event_hash`, fact edges carry `owner`.

        Raises:
            InvalidElementError: an edge's id was not built by `build_edge_id`.
        """

    async def find_marker(self, generation: str) -> Marker | None:
        """The marker, or None."""

    async def set_marker(self, marker: Marker) -> None:
        """Write or replace the marker."""

    async def drop_generation(self, generation: str) -> None:
        """Remove the marker first, then everything else in batches; can be repeated.

        The name is not used again: TinkerTransactionGraph may refuse ids that were dropped.
        """

    def elements(self, generation: str) -> AsyncIterator[Vertex | Edge]:
        """All vertices and edges, each once, page by page (for the digest)."""


class GraphReadStore(Protocol):
    """What query-api and policy-engine need."""

    async def get_marker(self, generation: str) -> Marker:
        """The marker.

        Raises:
            GraphNotReadyError: the generation has none.
        """

    async def find_vertices(self, generation: str, ids: Iterable[str]) -> dict[str, Vertex]:
        """The vertices that exist, by id."""

    async def find_neighbours(
        self,
        generation: str,
        ids: Iterable[str],
        labels: Sequence[str],
        *,
        outgoing: bool,
        limit: int = 1000,
    ) -> Neighbours:
        """Edges of these labels that leave (or reach) these vertices, with the vertices at the other end."""

    async def count_neighbours(
        self, generation: str, ids: Iterable[str], labels: Sequence[str], *, outgoing: bool
    ) -> int:
        """How many such edges there are."""

    async def find_by_resource_id(self, generation: str, resource_id: str) -> tuple[Vertex, ...]:
        """All vertices with this AWS id, by stream id."""

    async def lineage(
        self,
        generation: str,
        root: str,
        *,
        direction: Direction = Direction.BOTH,
        depth: int = 10,
        limit: int = 1000,
        include: frozenset[Include] = frozenset(),
    ) -> Subgraph | None:
        """Ancestors and descendants of an image with their DERIVED_FROM edges; None when it has no vertex.

        `include` adds instances (RUNS, LAUNCHED_FROM) and snapshots (BACKED_BY) of these images.
        `limit` bounds the images and, separately, what is included.
        """

    async def find_impact(
        self,
        generation: str,
        roots: Iterable[str],
        *,
        depth: int = 100,
        states: Sequence[str] = (),
        limit: int = 25_000,
    ) -> Impact:
        """Instances of the roots and of their descendants (one traversal), in these states (none given: all)."""

    async def search(
        self, generation: str, filters: SearchFilters, limit: int, after: SearchCursor | None = None
    ) -> SearchPage:
        """Images that match, a page of them."""

    def scan(self, generation: str, label: str) -> AsyncIterator[Vertex]:
        """All vertices of a label, page by page."""

    async def count_labels(self, generation: str) -> dict[str, int]:
        """How many vertices each label has."""

    async def count(self, generation: str) -> GraphCounts:
        """Counts for the overview."""


class GraphStore(GraphWriteStore, GraphReadStore, Protocol):
    """Both sides, and the end of the connection."""

    async def close(self) -> None:
        """Close connections; the store cannot be used afterwards."""
