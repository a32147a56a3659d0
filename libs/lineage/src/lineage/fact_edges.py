"""Fact edges: which stream owns which.

Every stream that a closure reads is found from the closed vertex by these edges: forward along BACKED_BY,
SNAPSHOT_OF, COPIED_FROM, RESTORED_FROM, IMPORTED_FROM, ATTACHED_TO, REFERENCES and NAMES, backward along ROOT_OF
(instance to volume), SPEAKS_OF (image to whose observation tells of it, name to template), and backward along
BACKED_BY from a snapshot without a record to the images whose own streams map it. The image owns BACKED_BY, the
volume ATTACHED_TO, the instance ROOT_OF; what a snapshot hears of images gives no edge.
"""

from datetime import datetime

from lineage.descriptions import parse_description
from lineage.edge_building import build_edge, build_foreign_edge
from lineage.elements import EdgeFacts
from lineage.external_state import ImportTaskState, StoredObjectState
from lineage.fixed_state import FixedState
from lineage.fold import StreamState
from lineage.group_state import GroupState
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.launch_template_state import LaunchTemplateState
from lineage.neighbours import find_neighbour, find_stem_image, find_stored_object, find_task
from lineage.parameter_state import ParameterState
from lineage.reference_edges import list_reference_edges
from lineage.root_changes import RootChange
from lineage.snapshot_state import SnapshotState
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
    elif isinstance(state, StoredObjectState):
        edges = _of_stored_object(state)
    elif isinstance(state, ImportTaskState):
        edges = _of_import_task(state)
    elif isinstance(state, LaunchTemplateState | GroupState | FixedState | ParameterState):
        edges = list_reference_edges(state)
    distinct: dict[tuple[str, str, str, str], EdgeFacts] = {}
    for edge in edges:
        if edge is not None:
            distinct.setdefault((edge.label, edge.source, edge.target, edge.discriminator), edge)
    return tuple(distinct.values())


def _of_image(state: ImageState) -> list[EdgeFacts | None]:
    edges = [
        build_edge(
            state,
            "BACKED_BY",
            find_neighbour(state, "snapshot", mapped.snapshot_id),
            (mapped.event_id,),
            device_name=mapped.device_name,
            discriminator=mapped.device_name or "",
        )
        for mapped in state.mapped_snapshots
    ]
    source = state.observed_source
    if source is not None:
        named = find_neighbour(state, "image", source.source_image_id, source.source_region)
        edges.append(build_edge(state, "NAMES", named, (source.event_id,)))
    edges += [build_edge(state, "SPEAKS_OF", each.child, (each.event_id,)) for each in state.statements]
    making = state.making
    if making is None:
        return edges
    evidence = (making.event_id,)
    instance = find_neighbour(state, "instance", making.source_instance_id)
    edges.append(build_edge(state, "SNAPSHOT_OF", instance, evidence, occurred_at=making.at))
    if making.source_region is not None:
        copied = find_neighbour(state, "image", making.source_image_id, making.source_region)
        edges.append(build_edge(state, "COPIED_FROM", copied, evidence, occurred_at=making.at))
    stored = find_stored_object(state, making.bucket, making.object_key)
    edges.append(build_edge(state, "RESTORED_FROM", stored, evidence, occurred_at=making.at))
    edges.append(build_edge(state, "NAMES", find_stem_image(state, making.object_key), evidence))
    task = find_task(state, making.import_task_id)
    edges.append(build_edge(state, "IMPORTED_FROM", task, evidence, occurred_at=making.at))
    for disk in making.import_sources:
        edges.append(
            build_edge(state, "NAMES", find_neighbour(state, "snapshot", disk.snapshot_id), evidence)
        )
    return edges


def _of_snapshot(state: SnapshotState) -> list[EdgeFacts | None]:
    edges: list[EdgeFacts | None] = []
    described = parse_description(state.description)
    if described is not None and state.described_by is not None:
        for kind, resource_id in described.list_named():
            named = find_neighbour(state, kind, resource_id)
            edges.append(build_edge(state, "NAMES", named, (state.described_by,)))
    making = state.making
    if making is None:
        return edges
    evidence = (making.event_id,)
    task = find_task(state, making.import_task_id)
    edges.append(build_edge(state, "IMPORTED_FROM", task, evidence, occurred_at=making.at))
    edges += [
        build_edge(
            state, "SNAPSHOT_OF", find_neighbour(state, kind, resource_id), evidence, occurred_at=making.at
        )
        for kind, resource_id in (("volume", making.volume_id), ("instance", making.instance_id))
    ]
    if making.source_region is not None:
        source = find_neighbour(state, "snapshot", making.source_snapshot_id, making.source_region)
        edges.append(build_edge(state, "COPIED_FROM", source, evidence, occurred_at=making.at))
    return edges


def _of_volume(state: VolumeState) -> list[EdgeFacts | None]:
    edges = []
    origin = state.recorded_origin or state.observed_origin
    if origin is not None:
        snapshot = find_neighbour(state, "snapshot", origin.snapshot_id)
        edges.append(
            build_edge(state, "RESTORED_FROM", snapshot, (origin.event_id,), occurred_at=state.created_at)
        )
        volume = find_neighbour(state, "volume", origin.source_volume_id)
        edges.append(
            build_edge(state, "COPIED_FROM", volume, (origin.event_id,), occurred_at=state.created_at)
        )
    for each in state.attachments:
        evidence = tuple(dict.fromkeys((each.event_id, each.ended_by or each.event_id)))
        edges.append(
            build_edge(
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
        times = {"valid_from": change.at, "valid_to": end}
        if change.kind == "launched":
            image = find_neighbour(state, "image", change.image_id)
            evidence = (change.event_id,)
            edges.append(build_edge(state, "LAUNCHED_FROM", image, evidence, occurred_at=state.launched_at))
        elif change.kind in ("attached", "restored"):
            edges += _of_root(state, change, times)
    return edges


def _of_root(
    state: InstanceState, change: RootChange, times: dict[str, datetime | None]
) -> list[EdgeFacts | None]:
    evidence = (change.event_id,)
    volume = find_neighbour(state, "volume", change.volume_id)
    snapshot = find_neighbour(state, "snapshot", change.snapshot_id)
    return [
        build_foreign_edge(state, "ROOT_OF", volume, evidence, change.event_id, times),
        build_edge(state, "RESTORED_FROM", snapshot, evidence, discriminator=change.event_id, **times),
    ]


def _of_stored_object(state: StoredObjectState) -> list[EdgeFacts | None]:
    return [
        build_edge(
            state,
            "RESTORED_FROM",
            find_neighbour(state, "image", span.value.image_id, span.value.region),
            (span.event_id,),
            valid_from=span.valid_from,
            valid_to=span.valid_to,
            discriminator=span.event_id,
        )
        for span in state.writes
    ]


def _of_import_task(state: ImportTaskState) -> list[EdgeFacts | None]:
    if state.sources_by is None:
        return []
    return [
        build_edge(
            state,
            "IMPORTED_FROM",
            find_neighbour(state, "snapshot", disk.snapshot_id),
            (state.sources_by,),
            occurred_at=state.created_at,
        )
        for disk in state.sources
    ]
