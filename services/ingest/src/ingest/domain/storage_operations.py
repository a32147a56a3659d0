"""Calls that make, move and end snapshots and volumes (AWS_FACTS 1.6, 2.3)."""

from ami_lineage_contracts.events.instance import InstanceVolumeAttached, InstanceVolumeDetached
from ami_lineage_contracts.events.storage import (
    SnapshotCopied,
    SnapshotCreated,
    SnapshotDeleted,
    VolumeAttached,
    VolumeCreated,
    VolumeDeleted,
    VolumeDetached,
)
from ingest.domain.call import Call, Fact, find_id, find_region, read_tag_specifications, read_tags


def create_snapshot(call: Call) -> list[Fact]:
    """CreateSnapshot of one volume."""
    snapshot_id = find_id("snapshot", call.response, "snapshotId")
    if snapshot_id is None:
        return []
    volume_id = find_id("volume", call.response, "volumeId") or find_id("volume", call.request, "volumeId")
    created = SnapshotCreated(
        operation="create_snapshot",
        incomplete=volume_id is None,
        owner_account_id=call.response.account("ownerId") or call.account_id,
        volume_id=volume_id,
        description=call.request.wording("description") or call.response.wording("description"),
        volume_size_gib=call.response.number("volumeSize"),
        encrypted=call.response.flag("encrypted"),
        tags=read_tags(call.response.children("tagSet", "tags"))
        or read_tag_specifications(call.request, "snapshot"),
    )
    return [Fact("snapshot.created", call.stream("snapshot", snapshot_id), created)]


def create_snapshots(call: Call) -> list[Fact]:
    """CreateSnapshots of an instance: one for each of its volumes that was not excluded."""
    entries = call.response.children("snapshotSet", "snapshots")
    specification = call.request.child("instanceSpecification")
    instance_id = find_id("instance", specification, "instanceId")
    boot_volume_excluded = specification.flag("excludeBootVolume") or False
    given = read_tag_specifications(call.request, "snapshot")
    facts = []
    for entry in entries:
        snapshot_id = find_id("snapshot", entry, "snapshotId")
        if snapshot_id is None:
            continue
        created = SnapshotCreated(
            operation="create_snapshots",
            incomplete=instance_id is None,
            owner_account_id=entry.account("ownerId") or call.account_id,
            volume_id=find_id("volume", entry, "volumeId"),
            instance_id=instance_id,
            set_size=len(entries),
            boot_volume_excluded=boot_volume_excluded,
            description=entry.wording("description") or call.request.wording("description"),
            volume_size_gib=entry.number("volumeSize"),
            encrypted=entry.flag("encrypted"),
            tags=read_tags(entry.children("tagSet", "tags")) or given,
        )
        facts.append(Fact("snapshot.created", call.stream("snapshot", snapshot_id), created))
    return facts


def copy_snapshot(call: Call) -> list[Fact]:
    """CopySnapshot, recorded in the destination Region."""
    snapshot_id = find_id("snapshot", call.response, "snapshotId")
    if snapshot_id is None:
        return []
    source_snapshot_id = find_id("snapshot", call.request, "sourceSnapshotId")
    source_region = find_region(call.request, "sourceRegion")
    copied = SnapshotCopied(
        incomplete=source_snapshot_id is None or source_region is None,
        owner_account_id=call.account_id,
        source_region=source_region,
        source_snapshot_id=source_snapshot_id,
        description=call.request.wording("description"),
        encrypted=call.request.flag("encrypted"),
        kms_key_id=call.request.text("kmsKeyId"),
        tags=read_tags(call.response.children("tagSet", "tags"))
        or read_tag_specifications(call.request, "snapshot"),
    )
    return [Fact("snapshot.copied", call.stream("snapshot", snapshot_id), copied)]


def delete_snapshot(call: Call) -> list[Fact]:
    """DeleteSnapshot."""
    snapshot_id = find_id("snapshot", call.request, "snapshotId")
    if snapshot_id is None:
        return []
    return [Fact("snapshot.deleted", call.stream("snapshot", snapshot_id), SnapshotDeleted())]


def create_volume(call: Call) -> list[Fact]:
    """CreateVolume. Only when the parameters are there does a missing snapshot mean a blank volume."""
    volume_id = find_id("volume", call.response, "volumeId")
    if volume_id is None:
        return []
    named = call.response.text("snapshotId") or call.request.text("snapshotId")
    snapshot_id = find_id("snapshot", call.response, "snapshotId") or find_id(
        "snapshot", call.request, "snapshotId"
    )
    created = VolumeCreated(
        incomplete=snapshot_id is None and (named is not None or not call.request),
        owner_account_id=call.account_id,
        snapshot_id=snapshot_id,
        size_gib=call.response.number("size") or call.request.number("size"),
        availability_zone=call.response.text("zone", "availabilityZone")
        or call.request.text("zone", "availabilityZone"),
        encrypted=call.response.flag("encrypted"),
        tags=read_tags(call.response.children("tagSet", "tags"))
        or read_tag_specifications(call.request, "volume"),
    )
    return [Fact("volume.created", call.stream("volume", volume_id), created)]


def delete_volume(call: Call) -> list[Fact]:
    """DeleteVolume."""
    volume_id = find_id("volume", call.request, "volumeId")
    return [Fact("volume.deleted", call.stream("volume", volume_id), VolumeDeleted())] if volume_id else []


def attach_volume(call: Call) -> list[Fact]:
    """AttachVolume, on the volume's stream and on the instance's."""
    volume_id, instance_id, device = _read_attachment(call)
    if volume_id is None or instance_id is None:
        return []
    attached = VolumeAttached(instance_id=instance_id, device_name=device, incomplete=device is None)
    came = InstanceVolumeAttached(volume_id=volume_id, device_name=device, incomplete=device is None)
    return [
        Fact("volume.attached", call.stream("volume", volume_id), attached, instance_id),
        Fact("instance.volume_attached", call.stream("instance", instance_id), came, volume_id),
    ]


def detach_volume(call: Call) -> list[Fact]:
    """DetachVolume; the request may name the volume alone, the response then says from where."""
    volume_id, instance_id, device = _read_attachment(call)
    if volume_id is None:
        return []
    incomplete = instance_id is None or device is None
    detached = VolumeDetached(instance_id=instance_id, device_name=device, incomplete=incomplete)
    facts = [Fact("volume.detached", call.stream("volume", volume_id), detached, instance_id or "")]
    if instance_id is not None:
        left = InstanceVolumeDetached(volume_id=volume_id, device_name=device, incomplete=incomplete)
        facts.append(Fact("instance.volume_detached", call.stream("instance", instance_id), left, volume_id))
    return facts


def _read_attachment(call: Call) -> tuple[str | None, str | None, str | None]:
    both = (call.response, call.request)
    volume_id = next(filter(None, (find_id("volume", fields, "volumeId") for fields in both)), None)
    instance_id = next(filter(None, (find_id("instance", fields, "instanceId") for fields in both)), None)
    device = next(filter(None, (fields.text("device", "deviceName") for fields in both)), None)
    return volume_id, instance_id, device
