"""Volumes and snapshots."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_items, tag_specifications
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
        instance.known = volume.known
        instance.confidence = "reconstructed"
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
    instance.data = [(name, held) for name, held in instance.data if held is not volume]


def create_snapshot(stage: Stage, desk: Desk, volume: Volume) -> Snapshot:
    """A snapshot of one volume; the record does not say whose root the volume is."""
    snapshot = _snapshot(stage, desk, volume, volume.known)
    tags = {"Name": "by-volume"}
    request = {"volumeId": volume.volume_id, "tagSpecificationSet": tag_specifications(("snapshot", tags))}
    desk.call(stage, "CreateSnapshot", request, _snapshot_fields(stage, snapshot, volume, tags))
    return snapshot


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
    return snapshots


def copy_snapshot(stage: Stage, desk: Desk, source: Snapshot) -> Snapshot:
    """Copy a snapshot into the desk's account and Region."""
    snapshot_id = stage.names.resource("snap")
    request = {
        "sourceRegion": source.region,
        "sourceSnapshotId": source.snapshot_id,
        "description": f"copy of {source.snapshot_id}",
        "encrypted": False,
    }
    desk.call(stage, "CopySnapshot", request, {"snapshotId": snapshot_id})
    return Snapshot(snapshot_id, desk.region, desk.account_id, source.size, source.actual, source.known)


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
