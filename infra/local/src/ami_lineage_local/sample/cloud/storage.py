"""Volumes and snapshots."""

from ami_lineage_local.sample.cloud.notices import tell_snapshot, tell_snapshots
from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_items, tag_specifications
from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    BEFORE_HISTORY,
    DIRECT_BLOCK_WRITE,
    MISSING_EVENT,
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


def unseen_volume(stage: Stage, desk: Desk, zone: str) -> Volume:
    """A volume that no record creates."""
    lost = Origin.lost(MISSING_EVENT)
    return Volume(
        stage.names.resource("vol"), desk.region, desk.account_id, zone, 8, None, lost, recorded=False
    )


def create_volume(stage: Stage, desk: Desk, zone: str, source: Snapshot | None, size: int = 8) -> Volume:
    """A new volume, blank or from a snapshot."""
    volume_id = stage.names.resource("vol")
    tags = {"Name": "work"}
    request: Json = {"size": str(size), "zone": zone}
    response: Json = {"volumeId": volume_id, "size": str(size), "zone": zone, "status": "creating"}
    if source is not None:
        request = {"snapshotId": source.snapshot_id, "zone": zone}
        response["snapshotId"] = source.snapshot_id
    request |= {
        "tagSpecificationSet": tag_specifications(("volume", tags)),
        "clientToken": stage.names.uuid(),
    }
    response |= {
        "createTime": stage.now * 1000,
        "volumeType": "gp2",
        "iops": 100,
        "encrypted": False,
        "tagSet": tag_items(tags),
        "multiAttachEnabled": False,
    }
    desk.call(stage, "CreateVolume", request, response)
    actual = None if source is None else source.actual
    known = Origin.lost(DIRECT_BLOCK_WRITE) if source is None else source.known
    return Volume(volume_id, desk.region, desk.account_id, zone, size, actual, known, recorded=True)


def attach_volume(stage: Stage, desk: Desk, instance: Instance, volume: Volume, device: str) -> None:
    """Attach; at the root device the instance runs the volume's content from now on."""
    request = {
        "volumeId": volume.volume_id,
        "instanceId": instance.instance_id,
        "device": device,
        "deleteOnTermination": False,
    }
    response = {
        "volumeId": volume.volume_id,
        "instanceId": instance.instance_id,
        "device": device,
        "status": "attaching",
        "attachTime": stage.now * 1000 + 83,
        "deleteOnTermination": False,
    }
    desk.call(stage, "AttachVolume", request, response)
    if device == instance.root_device:
        instance.root = volume
        instance.root_attached = True
        instance.change_root(stage.now, volume.known, "reconstructed")
    else:
        instance.data.append((device, volume))


def detach_volume(stage: Stage, desk: Desk, instance: Instance, volume: Volume, device: str) -> None:
    """Detach a volume from a stopped instance."""
    request = {
        "volumeId": volume.volume_id,
        "instanceId": instance.instance_id,
        "device": device,
        "force": False,
    }
    response = {
        "volumeId": volume.volume_id,
        "instanceId": instance.instance_id,
        "device": device,
        "status": "detaching",
        "attachTime": instance.launched_at * 1000,
        "deleteOnTermination": False,
    }
    desk.call(stage, "DetachVolume", request, response)
    if volume is instance.root:
        instance.change_root(stage.now, Origin.lost(MISSING_EVENT), "reconstructed")
        instance.runs[-1].actual = None
    instance.data = [(name, held) for name, held in instance.data if held is not volume]


def create_snapshot(stage: Stage, desk: Desk, volume: Volume) -> Snapshot:
    """A snapshot of one volume; the record does not say whose root the volume is."""
    snapshot = _snapshot(stage, desk, volume, volume.known)
    tags = {"Name": "by-volume"}
    request = {"volumeId": volume.volume_id, "tagSpecificationSet": tag_specifications(("snapshot", tags))}
    desk.call(stage, "CreateSnapshot", request, _snapshot_fields(stage, snapshot, volume, tags))
    if stage.rng.random() < _TOLD:
        tell_snapshot(stage, snapshot, "createSnapshot", (volume.region, "volume", volume.volume_id))
    return snapshot


def told_snapshot(stage: Stage, desk: Desk, volume: Volume) -> Snapshot:
    """A snapshot of a volume whose record is lost; EBS tells of its end and of the volume."""
    snapshot = _snapshot(stage, desk, volume, volume.known)
    tell_snapshot(stage, snapshot, "createSnapshot", (volume.region, "volume", volume.volume_id))
    return snapshot


def told_copy(stage: Stage, desk: Desk, source: Snapshot) -> Snapshot:
    """A copy of a snapshot whose record is lost; EBS tells of its end and of the source."""
    snapshot_id = stage.names.resource("snap")
    copy = Snapshot(snapshot_id, desk.region, desk.account_id, source.size, source.actual, source.known)
    tell_snapshot(stage, copy, "copySnapshot", (source.region, "snapshot", source.snapshot_id))
    return copy


def start_snapshot(stage: Stage, desk: Desk, parent: Snapshot | None) -> Snapshot:
    """StartSnapshot: blocks are written directly, alone or over those of another snapshot (EBS direct APIs)."""
    snapshot_id = stage.names.resource("snap")
    request: Json = {"volumeSize": 8, "timeout": 60, "clientToken": stage.names.uuid()}
    if parent is not None:
        request["parentSnapshotId"] = parent.snapshot_id
    response = {
        "snapshotId": snapshot_id,
        "ownerId": desk.account_id,
        "status": "pending",
        "startTime": iso(stage.now),
        "volumeSize": 8,
        "blockSize": 524288,
        **({"parentSnapshotId": parent.snapshot_id} if parent is not None else {}),
    }
    desk.call(stage, "StartSnapshot", request, response, "ebs.amazonaws.com")
    done = {"snapshotId": snapshot_id, "changedBlocksCount": 12}
    desk.call(stage, "CompleteSnapshot", done, {"status": "pending"}, "ebs.amazonaws.com")
    return Snapshot(snapshot_id, desk.region, desk.account_id, 8, None, Origin.lost(DIRECT_BLOCK_WRITE))


def share_snapshot(
    stage: Stage, desk: Desk, snapshot: Snapshot, account_id: str, action: str = "add"
) -> None:
    """Let another account use a snapshot, or no longer (`remove`)."""
    request = {
        "snapshotId": snapshot.snapshot_id,
        "createVolumePermission": {action: {"items": [{"userId": account_id}]}},
        "attributeType": "CREATE_VOLUME_PERMISSION",
    }
    desk.call(stage, "ModifySnapshotAttribute", request, {"_return": True})


def tell_use(stage: Stage, snapshot: Snapshot, by: str, operation: str) -> None:
    """The owner is told that another account used its snapshot."""
    place = (snapshot.account_id, snapshot.region)
    stage.recorder.service_event(place, stage.now, operation, by, {"snapshotId": snapshot.snapshot_id})


def create_snapshots(stage: Stage, desk: Desk, instance: Instance) -> list[Snapshot]:
    """Snapshots of all volumes of an instance, the root first; one alone must be the root."""
    volumes = [instance.root, *(volume for _, volume in instance.data)]
    root_is_proven = len(volumes) == 1 or instance.root_attached
    snapshots = [
        _snapshot(stage, desk, volume, instance.known if number == 0 and root_is_proven else volume.known)
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


def delete_snapshot(stage: Stage, desk: Desk, snapshot: Snapshot) -> None:
    """Delete a snapshot that no image needs any more."""
    request = {"snapshotId": snapshot.snapshot_id, "force": False}
    desk.call(stage, "DeleteSnapshot", request, {"_return": True})


def _snapshot(stage: Stage, desk: Desk, volume: Volume, known: Origin) -> Snapshot:
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
