"""What the record of an image's making proves by itself, before EC2's own word is heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ami_lineage_contracts.graph import Method, TerminalReason
from lineage.closure.reader import NotReadError, StateReader
from lineage.closure.results import Parent
from lineage.closure.walk import Ended, Found, Outcome, walk_instance, walk_snapshot
from lineage.external_state import ImportTaskState, StoredObjectState
from lineage.image_making import Making
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.neighbours import find_neighbour, find_stored_object, find_task
from lineage.root_changes import USUAL_ROOT_DEVICES


@dataclass(frozen=True, slots=True)
class Proof:
    """Parents that the records prove. `contradicts`: they show that the content is not the launch image's."""

    parents: tuple[Parent, ...] = ()
    reason: TerminalReason | None = None
    contradicts: bool = False


NOTHING: Final = Proof(reason="missing_event")


def prove(state: ImageState, making: Making, reader: StateReader) -> Proof:
    """Parents by the record of the making.

    Raises:
        NotReadError: streams are needed that the caller has not given.
    """
    if making.method == "copy_image":
        return _prove_copied(state, making)
    if making.method == "create_image":
        return _prove_created(state, making, reader)
    if making.method == "restore_image":
        return _prove_restored(state, making, reader)
    if making.method == "import_image":
        return _prove_imported(state, making, reader)
    return _prove_registered(state, making, reader)


def _prove_copied(state: ImageState, making: Making) -> Proof:
    source = find_neighbour(state, "image", making.source_image_id, making.source_region)
    if source is None or making.source_region is None or source == state.stream_id:
        return NOTHING
    parent = Parent(
        image=source,
        method="copy_image",
        confidence="recorded",
        evidence=(making.event_id,),
        valid_from=making.at,
    )
    return Proof((parent,))


def _prove_created(state: ImageState, making: Making, reader: StateReader) -> Proof:
    stream_id = find_neighbour(state, "instance", making.source_instance_id)
    if stream_id is None:
        return NOTHING
    outcome = walk_instance(stream_id, making.at, reader)
    change = reader.get(stream_id, InstanceState).find_root_change(making.at)
    exchanged = change is not None and change.kind not in ("launched", "reset")
    if not isinstance(outcome, Found):
        return Proof(reason=outcome.reason, contradicts=exchanged)
    if outcome.image == state.stream_id:
        return NOTHING
    parent = Parent(
        image=outcome.image,
        method="create_image",
        confidence=outcome.confidence,
        evidence=join((making.event_id,), outcome.evidence),
        valid_from=making.at,
    )
    return Proof((parent,), contradicts=exchanged)


def _prove_restored(state: ImageState, making: Making, reader: StateReader) -> Proof:
    """What CreateStoreImageTask wrote to the object last, before the image was restored from it."""
    stream_id = find_stored_object(state, making.bucket, making.object_key)
    if stream_id is None:
        return NOTHING
    write = reader.get(stream_id, StoredObjectState).find_write(making.at)
    if write is None:
        return Proof(reason="before_recorded_history")
    image = find_neighbour(state, "image", write.value.image_id, write.value.region)
    if image is None or image == state.stream_id:
        return NOTHING
    parent = Parent(
        image=image,
        method="restore_image",
        confidence="reconstructed",
        evidence=(making.event_id, write.event_id),
        valid_from=making.at,
    )
    return Proof((parent,))


def _prove_imported(state: ImageState, making: Making, reader: StateReader) -> Proof:
    """A disk from outside EC2 has no image behind it; a snapshot may."""
    sources = making.import_sources
    evidence: tuple[str, ...] = (making.event_id,)
    task_id = find_task(state, making.import_task_id)
    if task_id is not None and not sources:
        task = reader.get(task_id, ImportTaskState)
        sources = task.sources
        evidence = join(evidence, (task.sources_by,) if task.sources_by is not None else ())
    if not sources and making.incomplete:
        return NOTHING
    snapshots = [(each.snapshot_id, evidence) for each in sources if each.snapshot_id is not None]
    outcomes = _walk_all(state, snapshots, reader)
    parents = _build_parents(state, making, "import_image", outcomes)
    if parents and len(parents) == len(sources):
        return Proof(parents)
    if len(sources) == 1 and outcomes and isinstance(outcomes[0].end, Ended):
        return Proof(parents, outcomes[0].end.reason)
    return Proof(parents, "external_import")


def _prove_registered(state: ImageState, making: Making, reader: StateReader) -> Proof:
    """Every mapped snapshot is walked; the root one says why the chain ends, others may add parents."""
    if not state.mapped_snapshots:
        return Proof(reason="external_import") if making.image_location is not None else NOTHING
    mapped = [(each.snapshot_id, (making.event_id, each.event_id)) for each in state.mapped_snapshots]
    outcomes = _walk_all(state, mapped, reader)
    parents = _build_parents(state, making, "register_snapshot", outcomes)
    root = _find_root(state, outcomes)
    if root is None:
        return Proof(parents, None if parents else "missing_event")
    if isinstance(root, Found):
        return Proof(parents, "missing_event" if root.image == state.stream_id else None)
    return Proof(parents, root.reason)


@dataclass(frozen=True, slots=True)
class _Walked:
    """A snapshot of the image, the events that name it, and where it led."""

    snapshot_id: str
    evidence: tuple[str, ...]
    end: Outcome


def _walk_all(
    state: ImageState, snapshots: Sequence[tuple[str, tuple[str, ...]]], reader: StateReader
) -> list[_Walked]:
    walked, missing, spoken_of = [], set[str](), set[str]()
    for snapshot_id, evidence in snapshots:
        stream_id = find_neighbour(state, "snapshot", snapshot_id)
        if stream_id is None:
            continue
        try:
            walked.append(_Walked(snapshot_id, evidence, walk_snapshot(stream_id, reader)))
        except NotReadError as needed:
            missing |= needed.stream_ids
            spoken_of |= needed.spoken_of
    if missing or spoken_of:
        raise NotReadError(missing, spoken_of)
    return walked


def _build_parents(
    state: ImageState, making: Making, method: Method, walked: Sequence[_Walked]
) -> tuple[Parent, ...]:
    """One parent for each image that any snapshot led to."""
    evidence: dict[str, tuple[str, ...]] = {}
    for each in walked:
        if isinstance(each.end, Found) and each.end.image != state.stream_id:
            own = join(each.evidence, each.end.evidence)
            evidence[each.end.image] = join(evidence.get(each.end.image, ()), own)
    return tuple(
        Parent(
            image=image,
            method=method,
            confidence="reconstructed",
            evidence=evidence[image],
            valid_from=making.at,
        )
        for image in sorted(evidence)
    )


def _find_root(state: ImageState, walked: Sequence[_Walked]) -> Outcome | None:
    """Outcome of the snapshot at the root device; the only one where the device does not tell."""
    root = find_root_snapshot(state)
    found = [each.end for each in walked if each.snapshot_id == root]
    return found[0] if found else None


def find_root_snapshot(state: ImageState) -> str | None:
    """The snapshot at the root device; the only one where the device does not tell."""
    devices = (state.root_device_name,) if state.root_device_name else USUAL_ROOT_DEVICES
    at_root = [mapped.snapshot_id for mapped in state.mapped_snapshots if mapped.device_name in devices]
    distinct = {mapped.snapshot_id for mapped in state.mapped_snapshots}
    if at_root:
        return at_root[0]
    return distinct.pop() if len(distinct) == 1 else None


def join(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Evidence of both, each event once."""
    return tuple(dict.fromkeys((*first, *second)))
