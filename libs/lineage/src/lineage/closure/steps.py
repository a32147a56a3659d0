"""One step of the walk from a snapshot, a volume or an instance towards the image it holds (DESIGN 6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from ami_lineage_contracts.graph import Confidence, TerminalReason
from lineage.closure.reader import StateReader
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.neighbours import find_neighbour
from lineage.root_changes import RootChange
from lineage.slots import is_settled
from lineage.snapshot_making import SnapshotMaking
from lineage.snapshot_state import SnapshotState
from lineage.volume_state import VolumeAttachment, VolumeState


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands; `at` is set for an instance, whose root may be exchanged, and for nothing else."""

    kind: Literal["snapshot", "volume", "instance"]
    stream_id: str
    at: datetime | None = None


Way = tuple[Place, tuple[str, ...]]
"""A next place and the events that lead to it."""


@dataclass(frozen=True, slots=True)
class Onward:
    """The next places, best first."""

    places: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """The walk ends at an image. `confidence` is that of this last link alone."""

    image: str
    evidence: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Lost:
    """The walk ends without an image."""

    reason: TerminalReason


Step = Onward | Reached | Lost
_OUTSIDE: Final[dict[str, TerminalReason]] = {
    "start_snapshot": "direct_block_write",
    "import_snapshot": "external_import",
}
"""Operations that bring blocks which no record of EC2 explains, whatever they build on."""


def step_from_snapshot(stream_id: str, reader: StateReader) -> Step:
    """A copy leads to its source, a snapshot of a root to the instance, any other to its volume."""
    state = reader.get(stream_id, SnapshotState)
    making = state.making
    if making is None:
        return _step_from_backing(state, reader)
    if making.operation in _OUTSIDE:
        return Lost(_OUTSIDE[making.operation])
    if making.operation == "copy_snapshot":
        return _step_from_copy(state, making)
    evidence = _find_root_evidence(state, making, reader)
    instance = find_neighbour(state, "instance", making.instance_id)
    if evidence is not None and instance is not None:
        return Onward(((Place("instance", instance, making.at), evidence),))
    volume = find_neighbour(state, "volume", making.volume_id)
    if volume is None:
        return Lost("missing_event")
    return Onward(((Place("volume", volume), (making.event_id,)),))


def _step_from_copy(state: SnapshotState, making: SnapshotMaking) -> Step:
    source = find_neighbour(state, "snapshot", making.source_snapshot_id, making.source_region)
    if source is None or making.source_region is None:
        return Lost("missing_event")
    return Onward(((Place("snapshot", source), (making.event_id,)),))


def _find_root_evidence(
    state: SnapshotState, making: SnapshotMaking, reader: StateReader
) -> tuple[str, ...] | None:
    """Events which prove that the snapshot is that of its instance's root volume."""
    stream_id = find_neighbour(state, "instance", making.instance_id)
    if stream_id is None:
        return None
    if making.holds_every_volume:
        return (making.event_id,)
    instance = reader.get(stream_id, InstanceState)
    change = instance.find_root_change(making.at)
    if change is None or making.volume_id is None:
        return None
    if change.volume_id == making.volume_id:
        return (making.event_id,)
    for seen in instance.observed_roots:
        if seen.volume_id == making.volume_id and instance.find_root_change(seen.at) == change:
            return (making.event_id, seen.event_id)
    return None


def _step_from_backing(state: SnapshotState, reader: StateReader) -> Step:
    """A snapshot without a record of its own, as CreateImage and CopyImage make them: whose is it?

    Only an image counts whose own stream maps the snapshot, so that the graph leads from the image here.
    """
    found = []
    for backed in state.backed_images:
        stream_id = find_neighbour(state, "image", backed.image_id)
        if stream_id is None:
            continue
        image = reader.peek(stream_id, ImageState)
        mapped = [each for each in image.mapped_snapshots if each.snapshot_id == state.resource_id]
        if not mapped:
            continue
        reader.get(stream_id, ImageState)
        making = image.making
        if making is None and image.observed_by is not None:
            found.append((stream_id, (backed.event_id, image.observed_by)))
        elif making is not None and making.method != "register_image":
            found.append((stream_id, (backed.event_id, making.event_id)))
    if len(found) != 1:
        foreign = reader.is_foreign(state.observed_owner)
        return Lost("foreign_account" if foreign else "before_recorded_history")
    return Reached(found[0][0], found[0][1], "reconstructed")


def step_from_volume(stream_id: str, reader: StateReader) -> Step:
    """The snapshot it was made from; failing that, the instance at whose root it was seen."""
    state = reader.get(stream_id, VolumeState)
    if state.recorded_origin is not None:
        origin = state.recorded_origin
        snapshot = find_neighbour(state, "snapshot", origin.snapshot_id)
        if snapshot is not None:
            return Onward(((Place("snapshot", snapshot), (origin.event_id,)),))
        copied = find_neighbour(state, "volume", origin.source_volume_id)
        if copied is not None:
            return Onward(((Place("volume", copied), (origin.event_id,)),))
        return Lost("missing_event" if origin.incomplete or origin.snapshot_id else "direct_block_write")
    places: list[Way] = []
    seen_origin = state.observed_origin
    if seen_origin is not None:
        snapshot = find_neighbour(state, "snapshot", seen_origin.snapshot_id)
        if snapshot is not None:
            places.append((Place("snapshot", snapshot), (seen_origin.event_id,)))
        elif seen_origin.snapshot_id is None and not seen_origin.incomplete:
            return Lost("direct_block_write")
    places.extend(_list_roots(state, reader))
    return Onward(tuple(places)) if places else Lost("missing_event")


def _list_roots(state: VolumeState, reader: StateReader) -> list[Way]:
    """Instances at whose root device the volume was observed."""
    places: list[Way] = []
    for attachment in state.attachments:
        stream_id = find_neighbour(state, "instance", attachment.instance_id)
        if stream_id is None or attachment.observed_at is None:
            continue
        instance = reader.get(stream_id, InstanceState)
        change = instance.find_root_change(attachment.observed_at)
        if _is_root(state.resource_id, attachment, instance) and not _came_later(attachment, change):
            places.append((Place("instance", stream_id, attachment.observed_at), (attachment.event_id,)))
    return places


def _is_root(volume_id: str, attachment: VolumeAttachment, instance: InstanceState) -> bool:
    return attachment.device_name in instance.root_devices or any(
        seen.volume_id == volume_id for seen in instance.observed_roots
    )


def _came_later(attachment: VolumeAttachment, change: RootChange | None) -> bool:
    """Whether EC2's attach time shows that the volume did not come with the launch."""
    return (
        change is not None
        and change.kind == "launched"
        and change.at is not None
        and attachment.attached_at is not None
        and is_settled(change.at, attachment.attached_at)
    )


def step_from_root(state: InstanceState, change: RootChange | None) -> Step:
    """What the root device of an instance held after `change`."""
    if change is None:
        return Lost("before_recorded_history")
    if change.kind in ("attached", "restored"):
        snapshot = find_neighbour(state, "snapshot", change.snapshot_id)
        if snapshot is not None:
            return Onward(((Place("snapshot", snapshot), (change.event_id,)),))
        volume = find_neighbour(state, "volume", change.volume_id)
        if volume is not None:
            return Onward(((Place("volume", volume), (change.event_id,)),))
    image = find_neighbour(state, "image", change.image_id)
    if image is None:
        return Lost("missing_event")
    evidence: tuple[str, ...] = (change.event_id,)
    deciding = change
    if change.kind == "reset":
        deciding = state.root_changes[0]
        evidence = (change.event_id, deciding.event_id)
    return Reached(image, evidence, "reconstructed" if deciding.observed else "recorded")
