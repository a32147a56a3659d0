"""Compares the graph with what the log says it must be."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

import structlog

from event_log import EventLog
from graph_store import Edge, GraphStore, Vertex
from graph_store.digest import GraphDigest, build_element_hash, digest, find_bucket
from graph_store.elements import build_placeholder
from graph_store.generations import GenerationRegistry
from graph_writer.application.log_delta import read_clock
from graph_writer.application.markers import require_anchor
from graph_writer.application.reading import read_log
from graph_writer.domain.elements import WholeGraph
from graph_writer.errors import NoGenerationError

ATTEMPTS: Final = 4
PART: Final = 500
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verification:
    """Digest and size of the active generation as it is in the graph, and whether the log agrees.

    `events`: events of the streams that have a vertex. `differing_buckets`: buckets with elements that
    differed in every reading.
    """

    generation: str
    digest: str
    events: int
    vertices: int
    edges: int
    consistent: bool
    differing_buckets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Comparison:
    generation: str
    events: int
    found: GraphDigest
    differing: frozenset[str]


class Verifier:
    """Verifies the active generation, also while it is being written."""

    def __init__(
        self,
        log: EventLog,
        graph: GraphStore,
        registry: GenerationRegistry,
        members: Collection[str] | None,
        catch_up: Callable[[], Awaitable[object]],
    ) -> None:
        self._log = log
        self._graph = graph
        self._registry = registry
        self._members = members
        self._catch_up = catch_up

    async def verify(self) -> Verification:
        """Compare; what differs is compared again, so that a write between two readings is no difference.

        Raises:
            NoGenerationError: no generation is active.
            GenerationLostError: the graph came back without it.
        """
        comparison = await self._compare()
        suspects = comparison.differing
        for _ in range(ATTEMPTS - 1):
            if not suspects:
                break
            _logger.info("graph and log differ", elements=len(suspects), example=min(suspects))
            comparison = await self._compare()
            suspects &= comparison.differing
        return Verification(
            generation=comparison.generation,
            digest=comparison.found.digest,
            events=comparison.events,
            vertices=comparison.found.vertices,
            edges=comparison.found.edges,
            consistent=not suspects,
            differing_buckets=tuple(sorted(set(map(find_bucket, suspects)))),
        )

    async def _compare(self) -> _Comparison:
        """One reading of both sides after a catch-up."""
        await self._catch_up()
        active = await self._registry.find_active()
        if active is None:
            raise NoGenerationError("no generation is active")
        await require_anchor(self._graph, active.generation)
        whole = WholeGraph((await read_log(self._log, read_clock())).states, self._members)
        found = await digest(self._graph.elements(active.generation))
        differing: frozenset[str] = frozenset()
        buckets = frozenset(found.find_differing_buckets(await digest(read_elements(whole))))
        if buckets:
            left = await _read_hashes(self._graph.elements(active.generation), buckets)
            right = await _read_hashes(read_elements(whole), buckets)
            differing = frozenset(one for one, _ in left.items() ^ right.items())
        return _Comparison(active.generation, whole.event_count, found, differing)


async def read_elements(whole: WholeGraph) -> AsyncIterator[Vertex | Edge]:
    """All elements, each once, placeholders included."""
    ends, present = set[str](), set[str]()
    for part in whole.parts(PART):
        await asyncio.sleep(0)
        for vertex in part.vertices:
            present.add(vertex.id)
            yield vertex
        for edge in part.edges:
            ends |= {edge.source, edge.target}
            yield edge
    for stream_id in ends - present:
        yield build_placeholder(stream_id)


async def _read_hashes(elements: AsyncIterable[Vertex | Edge], buckets: frozenset[int]) -> dict[str, int]:
    """Hash of each element of these buckets; placeholders that no edge touches are left out, as in the digest."""
    hashes: dict[str, int] = {}
    placeholders, touched = set[str](), set[str]()
    async for element in elements:
        if isinstance(element, Edge):
            touched |= {element.source, element.target}
        elif element.properties.get("placeholder") is True:
            placeholders.add(element.id)
        if find_bucket(element.id) in buckets:
            hashes[element.id] = build_element_hash(element)
    untouched = placeholders - touched
    return {one: value for one, value in hashes.items() if one not in untouched}
