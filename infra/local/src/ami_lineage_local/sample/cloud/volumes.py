"""Volumes: made, attached, detached."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_items, tag_specifications
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    DIRECT_BLOCK_WRITE,
    MISSING_EVENT,
    Instance,
    Origin,
    Snapshot,
    Volume,
)


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
