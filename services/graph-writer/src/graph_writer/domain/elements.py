"""From facts and closures of `lineage` to elements of `graph_store`, and a whole graph from a set of states."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ami_lineage_contracts.stream_ids import stream_kind
from graph_store import ClosureWrite, Edge, StreamFacts, Vertex, build_edge_id
from graph_store.elements import build_fact_properties
from graph_writer.domain.closures import Closure, close_known, is_closed_kind
from graph_writer.errors import UnsettledClosureError
from lineage import EdgeFacts, StreamState, closure_elements, fold, project


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


_LOAD_ORDER: Final = {kind: place for place, kind in enumerate(("volume", "snapshot", "image", "instance"))}


class WholeGraph:
    """The graph of a complete set of states, given part by part so that it is never held as a whole.

    `states` holds every stream that has events; streams that closing asks for besides have none.
    """

    def __init__(self, states: dict[str, StreamState], members: Collection[str] | None) -> None:
        self._states = states
        self._members = members
        self._present = frozenset(states)
        self.event_count = sum(state.event_count for state in states.values())

    def parts(self, size: int) -> Iterator[GraphPart]:
        """Every stream with events once, at most `size` of them in a part; no placeholders.

        Volumes come before snapshots, images and instances, so that few edges point ahead.
        """
        ordered = sorted(
            self._present, key=lambda stream_id: (_LOAD_ORDER[stream_kind(stream_id)], stream_id)
        )
        for start in range(0, len(ordered), size):
            yield self._build_part(ordered[start : start + size])

    def _build_part(self, stream_ids: Iterable[str]) -> GraphPart:
        stream_ids = list(stream_ids)
        closures = self._close([stream_id for stream_id in stream_ids if is_closed_kind(stream_id)])
        vertices, edges = [], []
        for stream_id in stream_ids:
            facts = to_stream_facts(self._states[stream_id])
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

    def _close(self, stream_ids: list[str]) -> dict[str, Closure]:
        closures: dict[str, Closure] = {}
        pending = stream_ids
        while pending:
            step = close_known(pending, self._states, self._members)
            closures |= step.closed
            pending = [stream_id for stream_id in pending if stream_id not in step.closed]
            unread = step.missing - self._states.keys()
            if pending and not unread:
                raise UnsettledClosureError(pending[0])
            self._states.update({stream_id: fold(stream_id, ()) for stream_id in unread})
        return closures
