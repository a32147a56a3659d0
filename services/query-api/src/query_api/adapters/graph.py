"""The active generation of the graph."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from graph_store.errors import GraphNotReadyError, GraphStoreError
from graph_store.generations import GenerationRecord, GenerationRegistry
from graph_store.interface import GraphReadStore
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
from query_api.application.ports import GraphState
from query_api.errors import GraphRebuildingError, ImageNotFoundError, UnavailableError

CACHE_SECONDS: Final = 1.0
UNREACHABLE: Final = "The graph cannot be reached now. Try again in a few seconds."
Result = TypeVar("Result")


class QueriedGraph(GraphReadStore, Protocol):
    """The reading side, and the one question of the writing side that reads about the past need."""

    async def find_dependents(self, generation: str, stream_ids: Iterable[str]) -> frozenset[str]:
        """See GraphWriteStore."""


class ActiveGraph:
    """Reads the generation that is active; its name and marker are at most a second old.

    An empty answer is given only after the marker was looked at again: a graph that lost its content
    answers `GraphRebuildingError`, never "not found".
    """

    def __init__(self, store: QueriedGraph, register: GenerationRegistry, clock: Callable[[], float]) -> None:
        self._store = store
        self._register = register
        self._clock = clock
        self._state: GraphState | None = None
        self._state_at = 0.0

    async def get_state(self) -> GraphState:
        """Which generation answers."""
        if self._state is not None and self._clock() - self._state_at < CACHE_SECONDS:
            return self._state
        return await self._load_state()

    async def list_generations(self) -> Sequence[GenerationRecord]:
        """All generations in the register."""
        try:
            return await self._register.list_generations()
        except GraphStoreError as error:
            raise UnavailableError(UNREACHABLE) from error

    async def find_images(self, image_id: str) -> tuple[Vertex, ...]:
        """Images with this id, in every Region."""
        found = await self._read(lambda name: self._store.find_by_resource_id(name, image_id), bool)
        return tuple(vertex for vertex in found if vertex.label == "Image")

    async def find_vertices(self, ids: Sequence[str]) -> Mapping[str, Vertex]:
        """The vertices that exist of these."""
        return await self._read(lambda name: self._store.find_vertices(name, ids), bool)

    async def find_neighbours(
        self, ids: Sequence[str], labels: Sequence[str], *, outgoing: bool, limit: int
    ) -> Neighbours:
        """Edges of these labels at these vertices, with the vertices at the other end."""
        return await self._read(
            lambda name: self._store.find_neighbours(name, ids, labels, outgoing=outgoing, limit=limit),
            lambda found: bool(found.edges),
        )

    async def count_neighbours(self, ids: Sequence[str], labels: Sequence[str], *, outgoing: bool) -> int:
        """How many such edges there are."""
        return await self._read(
            lambda name: self._store.count_neighbours(name, ids, labels, outgoing=outgoing), bool
        )

    async def load_lineage(
        self,
        root: str,
        direction: Direction,
        depth: int,
        limit: int,
        include: Iterable[Include] = (),
    ) -> Subgraph:
        """Relatives of an image that exists."""
        included = frozenset(include)
        found = await self._read(
            lambda name: self._store.lineage(
                name, root, direction=direction, depth=depth, limit=limit, include=included
            ),
            lambda subgraph: subgraph is not None,
        )
        if found is None:
            raise ImageNotFoundError(root)
        return found

    async def find_impact(self, roots: Sequence[str], limit: int) -> Impact:
        """Instances that ran, or were launched from, these images and all that is derived from them."""
        return await self._read(
            lambda name: self._store.find_impact(name, roots, limit=limit),
            lambda found: bool(found.image_ids),
        )

    async def find_dependents(self, ids: Sequence[str]) -> frozenset[str]:
        """Images, instances and groups whose closure may rest on one of these streams."""
        return await self._read(lambda name: self._store.find_dependents(name, ids), bool)

    async def search(
        self, filters: SearchFilters, limit: int, after: SearchCursor | None = None
    ) -> SearchPage:
        """Images that match, the newest first."""
        return await self._read(
            lambda name: self._store.search(name, filters, limit, after), lambda page: bool(page.vertices)
        )

    async def count(self) -> GraphCounts:
        """Counts for the overview."""
        return await self._read(self._store.count, lambda counts: counts.images > 0)

    async def count_labels(self) -> Mapping[str, int]:
        """How many vertices each label has."""
        return await self._read(self._store.count_labels, bool)

    async def scan(self, label: str) -> AsyncIterator[Vertex]:
        """All vertices of a label."""
        state = await self.get_state()
        try:
            async for vertex in self._store.scan(state.generation, label):
                yield vertex
        except GraphStoreError as error:
            raise UnavailableError(UNREACHABLE) from error

    async def _read(
        self, ask: Callable[[str], Awaitable[Result]], has_content: Callable[[Result], bool]
    ) -> Result:
        state = await self.get_state()
        try:
            result = await ask(state.generation)
            if has_content(result):
                return result
            fresh = await self._load_state()
            return result if fresh.generation == state.generation else await ask(fresh.generation)
        except GraphStoreError as error:
            raise UnavailableError(UNREACHABLE) from error

    async def _load_state(self) -> GraphState:
        self._state = None
        try:
            active = await self._register.find_active()
            if active is None:
                raise GraphRebuildingError
            marker = await self._store.get_marker(active.generation)
        except GraphNotReadyError as error:
            raise GraphRebuildingError from error
        except GraphStoreError as error:
            raise UnavailableError(UNREACHABLE) from error
        self._state, self._state_at = GraphState(active.generation, marker.checkpoint), self._clock()
        return self._state
