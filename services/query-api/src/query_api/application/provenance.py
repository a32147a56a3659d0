"""Provenance: the chain of custody of an image, each step with the events that prove it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from graph_store.models import Edge, Vertex
from graph_store.read_models import Direction, Subgraph
from query_api.application.accounts import name_account
from query_api.application.answers import (
    ChainEnd,
    ChainParent,
    ChainStep,
    Evidence,
    ProvenanceAnswer,
    Unknown,
)
from query_api.application.images import ImageFinder
from query_api.application.past import Past
from query_api.application.past_lineage import PastLineage
from query_api.application.ports import EventReader, GraphReader
from query_api.application.surroundings import Surroundings
from query_api.application.views import find_unknowns, find_weakest, to_edge, to_node
from query_api.domain.moments import Cut
from query_api.domain.words import explain_end

MAX_DEPTH: Final = 100
MAX_IMAGES: Final = 1000
PRESENT: Final = Cut()


class ProvenanceService:
    """Answers with the chain; the events are found by closing each image over the log again."""

    def __init__(
        self, graph: GraphReader, events: EventReader, finder: ImageFinder, surroundings: Surroundings
    ) -> None:
        self._graph = graph
        self._events = events
        self._finder = finder
        self._surroundings = surroundings
        self._past = PastLineage(graph)

    async def answer(self, name: str, cut: Cut = PRESENT) -> ProvenanceAnswer:
        """The chain from the image to every end."""
        image = await self._finder.get_image(name)
        walked = await self._walk(image, cut)
        parents: dict[str, list[Edge]] = {}
        for edge in walked.edges:
            parents.setdefault(edge.source, []).append(edge)
        proofs = await asyncio.gather(*(self._load_proof(node.vertex.id, cut) for node in walked.nodes))
        around = await self._surroundings.load([node.vertex for node in walked.nodes])
        chain = tuple(
            ChainStep(
                image=name_account(to_node(node.vertex, node.depth), around.accounts),
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
            image=next((step.image for step in chain if step.image.id == image.id), to_node(image, 0)),
            chain=chain,
            ends=ends,
            confidence=find_weakest(parent.confidence for step in chain for parent in step.parents),
            truncated=walked.truncated or walked.deeper,
            coverage=around.coverage,
            unknowns=tuple(unknowns),
            as_of=cut.as_of_key,
            known_at=cut.known_at_key,
        )

    async def _walk(self, image: Vertex, cut: Cut) -> Subgraph:
        """The ancestors, at the time of the cut."""
        if cut.is_now:
            return await self._graph.load_lineage(image.id, Direction.ANCESTORS, MAX_DEPTH, MAX_IMAGES)
        past = Past(self._events, self._graph, cut)
        walked = await self._past.load(past, cut, image, Direction.ANCESTORS, MAX_DEPTH, MAX_IMAGES)
        then = await past.load_vertices(node.vertex for node in walked.nodes)
        return replace(
            walked, nodes=tuple(replace(node, vertex=then[node.vertex.id]) for node in walked.nodes)
        )

    async def _load_proof(self, image: str, cut: Cut) -> Mapping[str, EventEnvelope]:
        """All events of the streams that the closure of an image rests on, by event id."""
        past = Past(self._events, self._graph, replace(cut, as_of=None))
        await past.close([image])
        streams = await past.read([image])
        return {str(event.event_id): event for events in streams.values() for event in events}


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
