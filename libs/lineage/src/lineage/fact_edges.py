"""Fact edges: which stream owns which.

Every stream that a closure reads is found from the image by these edges: forward along BACKED_BY, SNAPSHOT_OF,
COPIED_FROM, RESTORED_FROM and ATTACHED_TO, backward along ROOT_OF (instance to volume), and backward along
BACKED_BY from a snapshot without a record to the images whose own streams map it. The image owns BACKED_BY, the
volume ATTACHED_TO, the instance ROOT_OF; what a snapshot hears of images gives no edge.
"""

from typing import Any

from ami_lineage_contracts.graph import EdgeLabel
from lineage.elements import EdgeFacts
from lineage.fold import StreamState
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.neighbours import find_neighbour
from lineage.snapshot_state import SnapshotState
from lineage.summary import StreamSummary
from lineage.values import to_properties
from lineage.volume_state import VolumeState


def list_fact_edges(state: StreamState) -> tuple[EdgeFacts, ...]:
    """Edges that the stream owns, in a fixed order, each identity once."""
    edges: list[EdgeFacts | None] = []
    if isinstance(state, ImageState):
        edges = _of_image(state)
    elif isinstance(state, SnapshotState):
        edges = _of_snapshot(state)
    elif isinstance(state, VolumeState):
        edges = _of_volume(state)
    elif isinstance(state, InstanceState):
        edges = _of_instance(state)
    distinct: dict[tuple[str, str, str, str], EdgeFacts] = {}
    for edge in edges:
        if edge is not None:
            distinct.setdefault((edge.label, edge.source, edge.target, edge.discriminator), edge)
    return tuple(distinct.values())


def _edge(
    state: StreamSummary,
    label: EdgeLabel,
    target: str | None,
    evidence: tuple[str, ...],
    **fields: Any,  # noqa: ANN401 - whatever an edge may hold
) -> EdgeFacts | None:
    """Edge from the stream itself; None where the target has no stream id, or is the stream."""
    if target is None or target == state.stream_id:
        return None
    discriminator = fields.pop("discriminator", "")
    properties = to_properties({"owner": state.stream_id, "evidence": evidence, **fields})
    return EdgeFacts(label, state.stream_id, target, discriminator, properties)


def _of_image(state: ImageState) -> list[EdgeFacts | None]:
    edges = [
        _edge(
            state,
            "BACKED_BY",
            find_neighbour(state, "snapshot", mapped.snapshot_id),
            (mapped.event_id,),
            device_name=mapped.device_name,
            discriminator=mapped.device_name or "",
        )
        for mapped in state.mapped_snapshots
    ]
    making = state.making
    if making is None:
        return edges
    evidence = (making.event_id,)
    instance = find_neighbour(state, "instance", making.source_instance_id)
    edges.append(_edge(state, "SNAPSHOT_OF", instance, evidence, occurred_at=making.at))
    if making.source_region is not None:
        source = find_neighbour(state, "image", making.source_image_id, making.source_region)
        edges.append(_edge(state, "COPIED_FROM", source, evidence, occurred_at=making.at))
    return edges


def _of_snapshot(state: SnapshotState) -> list[EdgeFacts | None]:
    making = state.making
    if making is None:
        return []
    evidence = (making.event_id,)
    edges = [
        _edge(state, "SNAPSHOT_OF", find_neighbour(state, kind, resource_id), evidence, occurred_at=making.at)
        for kind, resource_id in (("volume", making.volume_id), ("instance", making.instance_id))
    ]
    if making.source_region is not None:
        source = find_neighbour(state, "snapshot", making.source_snapshot_id, making.source_region)
        edges.append(_edge(state, "COPIED_FROM", source, evidence, occurred_at=making.at))
    return edges


def _of_volume(state: VolumeState) -> list[EdgeFacts | None]:
    edges = []
    origin = state.recorded_origin or state.observed_origin
    if origin is not None:
        snapshot = find_neighbour(state, "snapshot", origin.snapshot_id)
        edges.append(
            _edge(state, "RESTORED_FROM", snapshot, (origin.event_id,), occurred_at=state.created_at)
        )
    for each in state.attachments:
        evidence = tuple(dict.fromkeys((each.event_id, each.ended_by or each.event_id)))
        edges.append(
            _edge(
                state,
                "ATTACHED_TO",
                find_neighbour(state, "instance", each.instance_id),
                evidence,
                device_name=each.device_name,
                valid_from=each.attached_at,
                valid_to=each.detached_at,
                discriminator=each.event_id,
            )
        )
    return edges


def _of_instance(state: InstanceState) -> list[EdgeFacts | None]:
    edges: list[EdgeFacts | None] = []
    for change, end in state.list_root_intervals():
        if change.kind == "launched":
            image = find_neighbour(state, "image", change.image_id)
            evidence = (change.event_id,)
            edges.append(_edge(state, "LAUNCHED_FROM", image, evidence, occurred_at=state.launched_at))
        elif change.kind == "attached":
            volume = find_neighbour(state, "volume", change.volume_id)
            if volume is not None:
                properties = {
                    "owner": state.stream_id,
                    "evidence": (change.event_id,),
                    "valid_from": change.at,
                    "valid_to": end,
                }
                edges.append(
                    EdgeFacts("ROOT_OF", volume, state.stream_id, change.event_id, to_properties(properties))
                )
    return edges
