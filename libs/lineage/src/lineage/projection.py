"""What the graph holds of a state and of a closure."""

from collections.abc import Iterable
from typing import Final

from ami_lineage_contracts.graph import CONFIDENCE_ORDER, LABEL_OF_KIND, Confidence
from ami_lineage_contracts.times import to_key_time
from lineage.closure.results import GroupClosure, ImageClosure, InstanceClosure
from lineage.elements import ClosureFacts, EdgeFacts, Properties, StreamFacts, VertexFacts
from lineage.fact_edges import list_fact_edges
from lineage.fold import StreamState
from lineage.values import to_properties
from lineage.vertex_properties import build_properties

CLOSURE_PROPERTIES: Final = ("terminal_reason", "confidence", "divergent", "launches_unknown")
"""Vertex properties that only closing sets; `project` never gives them."""


def project(state: StreamState) -> StreamFacts:
    """Vertex and fact edges that the stream of `state` owns."""
    return StreamFacts(
        vertex=VertexFacts(state.stream_id, LABEL_OF_KIND[state.kind], build_properties(state)),
        edges=list_fact_edges(state),
        event_count=state.event_count,
        event_hash=state.event_hash,
    )


def closure_elements(closure: ImageClosure | InstanceClosure | GroupClosure) -> ClosureFacts:
    """DERIVED_FROM edges of an image, RUNS of an instance, WOULD_LAUNCH of a group, and what closing sets besides."""
    if isinstance(closure, GroupClosure):
        unknown = to_properties({"launches_unknown": closure.launches_unknown})
        return ClosureFacts(closure.stream_id, unknown, _list_launches(closure))
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


def _list_launches(closure: GroupClosure) -> tuple[EdgeFacts, ...]:
    return tuple(
        EdgeFacts(
            "WOULD_LAUNCH",
            closure.stream_id,
            launch.image,
            to_key_time(launch.valid_from) if launch.valid_from is not None else "",
            to_properties(
                {
                    "owner": closure.stream_id,
                    "confidence": "recorded",
                    "evidence": launch.evidence,
                    "valid_from": launch.valid_from,
                    "valid_to": launch.valid_to,
                }
            ),
        )
        for launch in closure.launches
    )
