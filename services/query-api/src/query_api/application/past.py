"""Reading the past: streams cut by when things happened and were recorded, folded and closed again."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.graph import LABEL_OF_KIND
from graph_store.elements import build_placeholder
from graph_store.models import Edge, Vertex, build_edge_id
from lineage import (
    EdgeFacts,
    ImageClosure,
    InstanceClosure,
    Missing,
    StreamState,
    close_image,
    close_instance,
    closure_elements,
    fold,
    project,
)
from query_api.application.ports import EventReader, GraphReader
from query_api.domain.moments import Cut
from query_api.errors import TooLargeError

STREAMS_LIMIT: Final = 5_000
SPEAKERS_LIMIT: Final = 10_000
MUTABLE: Final = frozenset(
    {"state", "tags", "tags_complete", "public", "shared_with", "private_ip", "public_ip", "instance_profile"}
    | {"uncertain", "deprecate_at", "deregistration_protection", "last_launched_at", "terminated_at"}
)
"""Properties that are not carried back from later events: what they were then is known by then, or unknown."""


class Past:
    """The log as one question sees it: every stream is read once, and not more of them than a limit.

    Every method may raise TooLargeError.
    """

    def __init__(self, events: EventReader, graph: GraphReader, cut: Cut) -> None:
        self._events = events
        self._graph = graph
        self._cut = cut
        self._streams: dict[str, tuple[EventEnvelope, ...]] = {}
        self._states: dict[str, StreamState] = {}
        self._speakers: dict[str, frozenset[str]] = {}

    async def read(self, stream_ids: Iterable[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """What was known of these streams."""
        wanted = sorted(set(stream_ids) - self._streams.keys())
        if len(self._streams) + len(wanted) > STREAMS_LIMIT:
            raise TooLargeError(
                f"This question about the past needs more than {STREAMS_LIMIT:,} streams of the event log, more than "
                "one answer may read. Ask with a smaller depth, one direction, or without instances."
            )
        if wanted:
            found = await self._events.read_streams(wanted)
            self._streams |= {key: self._cut.keep_known(found.get(key, ())) for key in wanted}
        return self._streams

    async def load_vertices(self, vertices: Iterable[Vertex]) -> dict[str, Vertex]:
        """These vertices as they were: what changes by the events until then, what does not by all that is known.

        What closing sets (terminal reason, confidence) is left as it is given.
        """
        given = {vertex.id: vertex for vertex in vertices}
        streams = await self.read(given)
        return {key: self._restore(vertex, streams[key]) for key, vertex in given.items()}

    async def close(self, stream_ids: Collection[str]) -> dict[str, ImageClosure | InstanceClosure]:
        """Closures of images and instances by what was known."""
        closed: dict[str, ImageClosure | InstanceClosure] = {}
        pending = set(stream_ids)
        await self._load_states(pending)
        while pending:
            streams: set[str] = set()
            spoken_of: set[str] = set()
            for key in sorted(pending):
                outcome = self._close_one(key)
                if isinstance(outcome, Missing):
                    streams |= outcome.stream_ids
                    spoken_of |= outcome.spoken_of
                else:
                    closed[key] = outcome
            pending -= closed.keys()
            if not (streams - self._states.keys() or spoken_of - self._speakers.keys()):
                break
            await self._load_states(streams)
            await self._load_speakers(spoken_of - self._speakers.keys())
        return closed

    async def find_named(self, stream_ids: Collection[str]) -> frozenset[str]:
        """What the fact edges of these streams led to, by what was known."""
        await self._load_states(stream_ids)
        return frozenset(edge.target for key in stream_ids for edge in project(self._states[key]).edges)

    async def list_edges(self, stream_ids: Collection[str]) -> list[Edge]:
        """DERIVED_FROM and RUNS edges of these images and instances by what was known."""
        closures = await self.close(stream_ids)
        return [
            to_graph_edge(edge) for key in sorted(closures) for edge in closure_elements(closures[key]).edges
        ]

    async def list_vertices(self, stream_ids: Collection[str]) -> dict[str, Vertex]:
        """Vertices of streams by what was known; a stream without events is a placeholder."""
        await self._load_states(stream_ids)
        closable = [one for one in stream_ids if one.startswith(("image/", "instance/"))]
        closures = await self.close(closable)
        found: dict[str, Vertex] = {}
        for key in stream_ids:
            if not self._streams[key]:
                found[key] = build_placeholder(key)
                continue
            facts = project(self._states[key]).vertex
            closed = closure_elements(closures[key]).properties if key in closures else {}
            found[key] = Vertex(key, facts.label, {**facts.properties, **closed})
        return found

    def _restore(self, vertex: Vertex, known: Sequence[EventEnvelope]) -> Vertex:
        if not known:
            return vertex
        lasting = project(fold(vertex.id, known)).vertex.properties
        then = project(fold(vertex.id, self._cut.keep(known)))
        properties = {key: value for key, value in vertex.properties.items() if key not in MUTABLE}
        properties |= {key: value for key, value in lasting.items() if key not in MUTABLE}
        if then.event_count:
            properties |= then.vertex.properties
            for name in ("created_at", "created_by", "account_id", "method", "placeholder"):
                if name in lasting:
                    properties[name] = lasting[name]
        return Vertex(vertex.id, LABEL_OF_KIND[vertex.id.partition("/")[0]], properties)

    def _close_one(self, key: str) -> ImageClosure | InstanceClosure | Missing:
        if key.startswith("image/"):
            return close_image(key, self._states, speakers=self._speakers)
        return close_instance(key, self._states)

    async def _load_states(self, stream_ids: Collection[str]) -> None:
        streams = await self.read(stream_ids)
        self._states |= {key: fold(key, streams[key]) for key in stream_ids if key not in self._states}

    async def _load_speakers(self, ids: Collection[str]) -> None:
        """Who speaks of these by the graph as it is now; whoever did not yet speak then says nothing in the cut."""
        if not ids:
            return
        found = await self._graph.find_neighbours(
            sorted(ids), ["SPEAKS_OF"], outgoing=False, limit=SPEAKERS_LIMIT
        )
        if found.truncated:
            raise TooLargeError("Too many observations speak of these images to read them in one answer.")
        speakers: dict[str, set[str]] = {one: set() for one in ids}
        for edge in found.edges:
            speakers[edge.target].add(edge.source)
        self._speakers |= {key: frozenset(sources) for key, sources in speakers.items()}


def to_graph_edge(facts: EdgeFacts) -> Edge:
    """An edge of the lineage library as one of the graph."""
    edge_id = build_edge_id(facts.label, facts.source, facts.target, facts.discriminator or None)
    return Edge(edge_id, facts.label, facts.source, facts.target, facts.properties)


OpenPast = Callable[[Cut], Past]
