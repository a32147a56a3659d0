"""The active generation of the graph."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from graph_store.errors import GraphNotReadyError, GraphStoreError
from graph_store.interface import GraphStore
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

from query_api.application.ports import GenerationRow, GraphState
from query_api.errors import GraphRebuildingError, ImageNotFoundError, UnavailableError

CACHE_SECONDS: Final = 1.0
UNREACHABLE: Final = "The graph cannot be reached now. Try again in a few seconds."
Result = TypeVar("Result")


class Register(Protocol):
    """The register of generations, as far as a reader needs it."""

    async def find_active(self) -> str | None:
        """Name of the active generation."""
        ...

    async def list_generations(self) -> Sequence[GenerationRow]:
        """All generations."""
        ...


class ActiveGraph:
    """Reads the generation that is active; its name and marker are at most a second old.

    An empty answer is given only after the marker was looked at again: a graph that lost its content
    answers `GraphRebuildingError`, never "not found".
    """

    def __init__(self, store: GraphStore, register: Register, clock: Callable[[], float]) -> None:
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

    async def list_generations(self) -> Sequence[GenerationRow]:
        """All generations in the register."""
        return await self._register.list_generations()

    async def find_images(self, image_id: str) -> tuple[Vertex, ...]:
        """Images with this id, in every Region."""
        found = await self._read(lambda name: self._store.find_by_resource_id(name, image_id), bool)
        return tuple(vertex for vertex in found if vertex.label == "Image")

    async def find_vertices(self, ids: Sequence[str]) -> Mapping[str, Vertex]:
        """The vertices that exist of these."""
        return await self._read(lambda name: self._store.find_vertices(name, ids), bool)

    async def find_edges(self, ids: Sequence[str], labels: Sequence[str]) -> tuple[Edge, ...]:
        """Edges of these labels at these vertices."""
        return await self._read(lambda name: self._store.find_edges(name, ids, labels), bool)

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

    async def list_vertices(self) -> AsyncIterator[Vertex]:
        """All vertices."""
        state = await self.get_state()
        try:
            async for element in self._store.elements(state.generation):
                if isinstance(element, Vertex):
                    yield element
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
            name = await self._register.find_active()
            if name is None:
                raise GraphRebuildingError
            marker = await self._store.get_marker(name)
        except GraphNotReadyError as error:
            raise GraphRebuildingError from error
        except GraphStoreError as error:
            raise UnavailableError(UNREACHABLE) from error
        self._state, self._state_at = GraphState(name, marker.checkpoint), self._clock()
        return self._state
