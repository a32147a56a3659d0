"""From facts and closures of `lineage` to elements of `graph_store`, and a whole graph from a set of states."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ami_lineage_contracts.stream_ids import stream_kind
from graph_store import ClosureWrite, Edge, StreamFacts, Vertex, build_edge_id
from graph_store.elements import build_fact_properties, build_placeholder
from graph_writer.domain.closures import Closure, Inputs, close_known, is_closed_kind, says_anything
from graph_writer.errors import UnsettledClosureError
from lineage import (
    CLOSURE_PROPERTIES,
    EdgeFacts,
    ImageState,
    LaunchTemplateState,
    StreamState,
    closure_elements,
    fold,
    project,
)


def to_edge(facts: EdgeFacts) -> Edge:
    """The edge as the store knows it."""
    edge_id = build_edge_id(facts.label, facts.source, facts.target, facts.discriminator or None)
    return Edge(edge_id, facts.label, facts.source, facts.target, facts.properties)


def to_stream_facts(state: StreamState) -> StreamFacts:
    """Vertex and fact edges of a stream that has events."""
    facts = project(state)
    return StreamFacts(
        vertex=Vertex(facts.vertex.stream_id, facts.vertex.label, facts.vertex.properties),
        edges=tuple(map(to_edge, facts.edges)),
        event_count=facts.event_count,
        event_hash=facts.event_hash,
    )


def to_closure_write(closure: Closure, epoch_read: int) -> ClosureWrite:
    """The closure as a write that holds if the vertex is still at this epoch."""
    facts = closure_elements(closure)
    return ClosureWrite(facts.stream_id, epoch_read, facts.properties, tuple(map(to_edge, facts.edges)))


@dataclass(frozen=True, slots=True)
class GraphPart:
    """Elements of some streams, complete: facts, closure and derived edges."""

    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]


_LOAD_ORDER: Final = {
    kind: place
    for place, kind in enumerate(
        (
            "account",
            "volume",
            "snapshot",
            "stored-object",
            "import-task",
            "image",
            "parameter",
            "launch-template",
            "launch-configuration",
            "image-recipe",
            "instance",
            "auto-scaling-group",
        )
    )
}


class WholeGraph:
    """The graph of a complete set of states, given part by part so that it is never held as a whole.

    `states` holds every stream that has events; streams that closing asks for besides have none.
    """

    def __init__(self, states: dict[str, StreamState], members: Collection[str] | None) -> None:
        self._present = frozenset(states)
        self._inputs = Inputs(states)
        self._speakers = _find_speakers(states.values())
        self._members = members
        self.event_count = sum(state.event_count for state in states.values())

    def parts(self, size: int) -> Iterator[GraphPart]:
        """Every stream with events once, at most `size` of them in a part, and what else has a closure.

        That are images without events of which the ancestry of others tells; other placeholders are left out.
        Volumes come before snapshots, images and instances, so that few edges point ahead.
        """
        ordered = sorted(
            self._present, key=lambda stream_id: (_LOAD_ORDER[stream_kind(stream_id)], stream_id)
        )
        for start in range(0, len(ordered), size):
            yield self._build_part(ordered[start : start + size])
        spoken_of = sorted(one for one in self._speakers.keys() - self._present if is_closed_kind(one))
        for start in range(0, len(spoken_of), size):
            yield self._build_placeholders(spoken_of[start : start + size])

    def _build_part(self, stream_ids: Iterable[str]) -> GraphPart:
        stream_ids = list(stream_ids)
        closures = self._close([stream_id for stream_id in stream_ids if is_closed_kind(stream_id)])
        vertices, edges = [], []
        for stream_id in stream_ids:
            facts = to_stream_facts(self._inputs.states[stream_id])
            properties = build_fact_properties(facts)
            edges += [
                Edge(edge.id, edge.label, edge.source, edge.target, {**edge.properties, "owner": stream_id})
                for edge in facts.edges
            ]
            if stream_id in closures:
                write = to_closure_write(closures[stream_id], 0)
                properties |= write.properties
                edges += write.edges
            vertices.append(Vertex(stream_id, facts.vertex.label, properties))
        return GraphPart(tuple(vertices), tuple(edges))

    def _build_placeholders(self, stream_ids: list[str]) -> GraphPart:
        """Images without events that have a closure all the same."""
        self._inputs.states |= {one: fold(one, ()) for one in stream_ids if one not in self._inputs.states}
        vertices: list[Vertex] = []
        edges: list[Edge] = []
        for stream_id, closure in sorted(self._close(stream_ids).items()):
            if says_anything(closure, self._inputs.states):
                write = to_closure_write(closure, 0)
                held = build_placeholder(stream_id)
                facts = {key: held.properties[key] for key in held.properties.keys() - CLOSURE_PROPERTIES}
                vertices.append(Vertex(stream_id, held.label, {**facts, **write.properties}))
                edges += write.edges
        return GraphPart(tuple(vertices), tuple(edges))

    def _close(self, stream_ids: list[str]) -> dict[str, Closure]:
        closures: dict[str, Closure] = {}
        pending = stream_ids
        while pending:
            step = close_known(pending, self._inputs, self._members)
            closures |= step.closed
            pending = [stream_id for stream_id in pending if stream_id not in step.closed]
            streams, vertices = step.find_unread(self._inputs)
            if pending and not (streams or vertices):
                raise UnsettledClosureError(pending[0])
            self._inputs.states |= {stream_id: fold(stream_id, ()) for stream_id in streams}
            self._inputs.speakers |= {one: frozenset(self._speakers.get(one, ())) for one in vertices}
        return closures


def _find_speakers(states: Iterable[StreamState]) -> dict[str, set[str]]:
    """Who speaks of what, of images without ancestry and of all that speaks of nothing skipped unread."""
    speakers: defaultdict[str, set[str]] = defaultdict(set)
    for state in states:
        if isinstance(state, LaunchTemplateState) or (isinstance(state, ImageState) and state.statements):
            for edge in project(state).edges:
                if edge.label == "SPEAKS_OF":
                    speakers[edge.target].add(edge.source)
    return dict(speakers)
