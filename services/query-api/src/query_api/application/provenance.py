"""Provenance: the chain of custody of an image, each step with the events that prove it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from graph_store.models import Edge, Vertex
from graph_store.read_models import Direction
from lineage import Missing, StreamState, close_image, fold
from query_api.application.answers import (
    ChainEnd,
    ChainParent,
    ChainStep,
    Evidence,
    ProvenanceAnswer,
    Unknown,
)
from query_api.application.images import ImageFinder
from query_api.application.ports import EventReader, GraphReader
from query_api.application.views import build_coverage, find_unknowns, find_weakest, to_edge, to_node
from query_api.domain.words import explain_end

MAX_DEPTH: Final = 100
MAX_IMAGES: Final = 1000
MAX_ROUNDS: Final = 64


class ProvenanceService:
    """Answers with the chain; the events are found by closing each image over the log again."""

    def __init__(self, graph: GraphReader, events: EventReader, finder: ImageFinder) -> None:
        self._graph = graph
        self._events = events
        self._finder = finder

    async def answer(self, name: str) -> ProvenanceAnswer:
        """The chain from the image to every end."""
        image = await self._finder.get_image(name)
        walked = await self._graph.load_lineage(image.id, Direction.ANCESTORS, MAX_DEPTH, MAX_IMAGES)
        parents: dict[str, list[Edge]] = {}
        for edge in walked.edges:
            parents.setdefault(edge.source, []).append(edge)
        proofs = await asyncio.gather(*(self._load_proof(node.vertex.id) for node in walked.nodes))
        chain = tuple(
            ChainStep(
                image=to_node(node.vertex, node.depth),
                parents=tuple(_to_parent(edge, proof) for edge in parents.get(node.vertex.id, ())),
            )
            for node, proof in zip(walked.nodes, proofs, strict=True)
        )
        ends = tuple(
            _to_end(node.vertex)
            for node in walked.nodes
            if node.vertex.properties.get("terminal_reason") or node.vertex.id not in parents
        )
        unknowns = find_unknowns(step.image for step in chain)
        unknowns += [
            Unknown(subject=item.event_id, reason="missing_evidence", detail="The event is not in the log.")
            for step in chain
            for parent in step.parents
            for item in parent.evidence
            if item.event_type is None
        ]
        return ProvenanceAnswer(
            image=to_node(image, 0),
            chain=chain,
            ends=ends,
            confidence=find_weakest(parent.confidence for step in chain for parent in step.parents),
            truncated=walked.truncated or walked.deeper,
            coverage=build_coverage(node.vertex for node in walked.nodes),
            unknowns=tuple(unknowns),
        )

    async def _load_proof(self, image: str) -> Mapping[str, EventEnvelope]:
        """All events of the streams that the closure of an image rests on, by event id."""
        events: dict[str, EventEnvelope] = {}
        states: dict[str, StreamState] = {}
        wanted: Sequence[str] = (image,)
        for _ in range(MAX_ROUNDS):
            streams = await self._events.read_streams(sorted(wanted))
            for key in wanted:
                stream = streams.get(key, ())
                states[key] = fold(key, stream)
                events |= {str(event.event_id): event for event in stream}
            closure = close_image(image, states)
            if not isinstance(closure, Missing):
                break
            wanted = tuple(closure.stream_ids)
        return events


def _to_parent(edge: Edge, proof: Mapping[str, EventEnvelope]) -> ChainParent:
    view = to_edge(edge)
    return ChainParent(
        image=view.target,
        method=view.method,
        confidence=view.confidence,
        valid_from=view.valid_from,
        evidence=tuple(_to_evidence(event_id, proof.get(event_id)) for event_id in view.evidence),
    )


def _to_evidence(event_id: str, event: EventEnvelope | None) -> Evidence:
    if event is None:
        return Evidence(event_id=event_id)
    return Evidence(
        event_id=event_id,
        event_type=event.event_type,
        stream_id=event.stream_id,
        occurred_at=event.occurred_at.isoformat().replace("+00:00", "Z"),
        actor=event.actor.arn if event.actor else None,
        record_id=event.source.record_id,
    )


def _to_end(vertex: Vertex) -> ChainEnd:
    reason = vertex.properties.get("terminal_reason")
    text = str(reason) if reason else None
    return ChainEnd(image=vertex.id, terminal_reason=text, explanation=explain_end(text))
