"""Snapshots of volumes and instances, and their copies."""

from ami_lineage_local.sample.cloud.notices import tell_snapshot, tell_snapshots
from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_items, tag_specifications
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    BEFORE_HISTORY,
    Instance,
    Origin,
    Snapshot,
    Volume,
)

_TOLD = 0.3


def unseen_snapshot(stage: Stage, desk: Desk, size: int = 8) -> Snapshot:
    """A snapshot that no record creates."""
    lost = Origin.lost(BEFORE_HISTORY)
    return Snapshot(stage.names.resource("snap"), desk.region, desk.account_id, size, None, lost)


def create_snapshot(stage: Stage, desk: Desk, volume: Volume) -> Snapshot:
    """A snapshot of one volume; the record does not say whose root the volume is."""
    snapshot = snapshot_of_volume(stage, desk, volume, volume.known)
    tags = {"Name": "by-volume"}
    request = {"volumeId": volume.volume_id, "tagSpecificationSet": tag_specifications(("snapshot", tags))}
    desk.call(stage, "CreateSnapshot", request, _snapshot_fields(stage, snapshot, volume, tags))
    if stage.rng.random() < _TOLD:
        tell_snapshot(stage, snapshot, "createSnapshot", (volume.region, "volume", volume.volume_id))
    return snapshot


def create_snapshots(stage: Stage, desk: Desk, instance: Instance) -> list[Snapshot]:
    """Snapshots of all volumes of an instance, the root first; one alone must be the root."""
    volumes = [instance.root, *(volume for _, volume in instance.data)]
    root_is_proven = len(volumes) == 1 or instance.root_attached
    snapshots = [
        snapshot_of_volume(
            stage, desk, volume, instance.known if number == 0 and root_is_proven else volume.known
        )
        for number, volume in enumerate(volumes)
    ]
    request = {
        "instanceSpecification": {"instanceId": instance.instance_id, "excludeBootVolume": False},
        "description": "backup before patching",
    }
    entries = [
        {
            "description": "backup before patching",
            "encrypted": False,
            "volumeId": volume.volume_id,
            "state": "pending",
            "volumeSize": volume.size,
            "startTime": stage.now * 1000,
            "progress": "",
            "ownerId": desk.account_id,
            "snapshotId": snapshot.snapshot_id,
            "tagSet": {},
        }
        for volume, snapshot in zip(volumes, snapshots, strict=True)
    ]
    stage.rng.shuffle(entries)  # the order of the set promises nothing
    desk.call(stage, "CreateSnapshots", request, {"snapshotSet": {"items": entries}})
    if stage.rng.random() < _TOLD:
        ids = [volume.volume_id for volume in volumes]
        tell_snapshots(stage, list(zip(snapshots, ids, strict=True)))
    return snapshots


def copy_snapshot(stage: Stage, desk: Desk, source: Snapshot, description: str | None = None) -> Snapshot:
    """Copy a snapshot into the desk's account and Region; whoever copies may write any description."""
    snapshot_id = stage.names.resource("snap")
    request = {
        "sourceRegion": source.region,
        "sourceSnapshotId": source.snapshot_id,
        "description": description or f"copy of {source.snapshot_id}",
        "encrypted": False,
    }
    desk.call(stage, "CopySnapshot", request, {"snapshotId": snapshot_id})
    copy = Snapshot(snapshot_id, desk.region, desk.account_id, source.size, source.actual, source.known)
    if stage.rng.random() < _TOLD:
        tell_snapshot(stage, copy, "copySnapshot", (source.region, "snapshot", source.snapshot_id))
    return copy


def failed_copy(stage: Stage, desk: Desk, source: Snapshot) -> None:
    """A copy of a snapshot that EBS says has failed."""
    snapshot_id = stage.names.resource("snap")
    request = {"sourceRegion": source.region, "sourceSnapshotId": source.snapshot_id, "encrypted": False}
    desk.call(stage, "CopySnapshot", request, {"snapshotId": snapshot_id})
    copy = Snapshot(snapshot_id, desk.region, desk.account_id, source.size, None, source.known)
    origin = (source.region, "snapshot", source.snapshot_id)
    tell_snapshot(stage, copy, "copySnapshot", origin, cause="Source snapshot ID is not valid")
    copy.known_state = "error"
    stage.world.snapshots.append(copy)


def delete_snapshot(stage: Stage, desk: Desk, snapshot: Snapshot) -> None:
    """Delete a snapshot that no image needs any more."""
    request = {"snapshotId": snapshot.snapshot_id, "force": False}
    desk.call(stage, "DeleteSnapshot", request, {"_return": True})
    snapshot.known_state = "deleted"
    stage.world.snapshots.append(snapshot)


def snapshot_of_volume(stage: Stage, desk: Desk, volume: Volume, known: Origin) -> Snapshot:
    """A snapshot that holds what a volume holds."""
    snapshot_id = stage.names.resource("snap")
    return Snapshot(snapshot_id, desk.region, desk.account_id, volume.size, volume.actual, known)


def _snapshot_fields(stage: Stage, snapshot: Snapshot, volume: Volume, tags: dict[str, str]) -> Json:
    return {
        "snapshotId": snapshot.snapshot_id,
        "volumeId": volume.volume_id,
        "status": "pending",
        "startTime": stage.now * 1000 + 923,
        "ownerId": snapshot.account_id,
        "volumeSize": str(snapshot.size),
        "encrypted": False,
        "tagSet": tag_items(tags),
    }
