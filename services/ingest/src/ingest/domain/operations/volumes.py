"""Calls that make, move and end volumes (AWS_FACTS 1.6, 2.3)."""

from ami_lineage_contracts.events.instance import InstanceVolumeAttached, InstanceVolumeDetached
from ami_lineage_contracts.events.storage import VolumeAttached, VolumeCreated, VolumeDeleted, VolumeDetached
from ingest.domain.call import Call, Fact, find_id, read_tag_specifications, read_tags


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


def copy_volumes(call: Call) -> list[Fact]:
    """CopyVolumes: new volumes with the blocks of another one."""
    source = find_id("volume", call.request, "sourceVolumeId")
    given = read_tag_specifications(call.request, "volume")
    facts = []
    for entry in call.response.children("volumeSet", "volumes"):
        volume_id = find_id("volume", entry, "volumeId")
        if volume_id is None:
            continue
        created = VolumeCreated(
            incomplete=True,
            owner_account_id=call.account_id,
            source_volume_id=find_id("volume", entry, "sourceVolumeId") or source,
            size_gib=entry.number("size"),
            availability_zone=entry.text("availabilityZone", "zone"),
            encrypted=entry.flag("encrypted"),
            tags=read_tags(entry.children("tagSet", "tags")) or given,
        )
        facts.append(Fact("volume.created", call.stream("volume", volume_id), created))
    return facts


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
