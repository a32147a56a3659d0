"""Snapshots that EBS alone tells of, that are written block by block, or that change hands."""

from ami_lineage_local.sample.cloud.notices import tell_snapshot
from ami_lineage_local.sample.cloud.snapshots import snapshot_of_volume
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    DIRECT_BLOCK_WRITE,
    Origin,
    Snapshot,
    Volume,
)


def told_snapshot(stage: Stage, desk: Desk, volume: Volume) -> Snapshot:
    """A snapshot of a volume whose record is lost; EBS tells of its end and of the volume."""
    snapshot = snapshot_of_volume(stage, desk, volume, volume.known)
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
    if action == "add":
        snapshot.shared_with.append(account_id)
        stage.world.snapshots.append(snapshot)
    else:
        snapshot.shared_with.remove(account_id)


def tell_use(stage: Stage, snapshot: Snapshot, by: str, operation: str) -> None:
    """The owner is told that another account used its snapshot."""
    snapshot.used_by.append(by)
    place = (snapshot.account_id, snapshot.region)
    stage.recorder.service_event(place, stage.now, operation, by, {"snapshotId": snapshot.snapshot_id})
