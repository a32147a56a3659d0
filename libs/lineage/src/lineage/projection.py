"""What the graph holds of a state and of a closure."""

from collections.abc import Iterable
from typing import Final

from ami_lineage_contracts.graph import CONFIDENCE_ORDER, LABEL_OF_KIND, Confidence
from lineage.closure.results import ImageClosure, InstanceClosure
from lineage.elements import ClosureFacts, EdgeFacts, Properties, StreamFacts, VertexFacts
from lineage.fact_edges import list_fact_edges
from lineage.fold import StreamState
from lineage.values import to_properties
from lineage.vertex_properties import build_properties

CLOSURE_PROPERTIES: Final = ("terminal_reason", "confidence", "divergent")
"""Vertex properties that only closing sets; `project` never gives them."""


def project(state: StreamState) -> StreamFacts:
    """Vertex and fact edges that the stream of `state` owns."""
    return StreamFacts(
        vertex=VertexFacts(state.stream_id, LABEL_OF_KIND[state.kind], build_properties(state)),
        edges=list_fact_edges(state),
        event_count=state.event_count,
        event_hash=state.event_hash,
    )


def closure_elements(closure: ImageClosure | InstanceClosure) -> ClosureFacts:
    """DERIVED_FROM edges of an image or RUNS edges of an instance, and the closure's vertex properties."""
    if isinstance(closure, InstanceClosure):
        newest = closure.runs[-1].confidence if closure.runs else None
        return ClosureFacts(closure.stream_id, _closed(closure.terminal_reason, newest), _list_runs(closure))
    properties = _closed(closure.terminal_reason, _find_weakest(each.confidence for each in closure.parents))
    edges = tuple(
        EdgeFacts(
            "DERIVED_FROM",
            closure.stream_id,
            parent.image,
            "",
            to_properties(
                {
                    "owner": closure.stream_id,
                    "method": parent.method,
                    "confidence": parent.confidence,
                    "evidence": parent.evidence,
                    "valid_from": parent.valid_from,
                }
            ),
        )
        for parent in closure.parents
    )
    if closure.divergent:
        properties = {**properties, "divergent": True}
    return ClosureFacts(closure.stream_id, properties, edges)


def _closed(reason: str | None, confidence: Confidence | None) -> Properties:
    return to_properties({"terminal_reason": reason, "confidence": confidence})


def _find_weakest(confidences: Iterable[Confidence]) -> Confidence | None:
    return min(confidences, key=CONFIDENCE_ORDER.index, default=None)


def _list_runs(closure: InstanceClosure) -> tuple[EdgeFacts, ...]:
    return tuple(
        EdgeFacts(
            "RUNS",
            closure.stream_id,
            run.image,
            run.change_id,
            to_properties(
                {
                    "owner": closure.stream_id,
                    "confidence": run.confidence,
                    "evidence": run.evidence,
                    "valid_from": run.valid_from,
                    "valid_to": run.valid_to,
                }
            ),
        )
        for run in closure.runs
        if run.image is not None
    )
