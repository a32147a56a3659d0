"""Calls that make images from instances, images and snapshots (AWS_FACTS 1.1, 2.3)."""

from ami_lineage_contracts.events.image import ImageCopied, ImageCreated, ImageRegistered
from ami_lineage_contracts.events.payload import BlockDevice
from ami_lineage_contracts.events.storage import SnapshotBackedImage
from ingest.domain.call import Call, Fact, find_id, find_region, read_tag_specifications
from ingest.domain.decoding import Fields


def create_image(call: Call) -> list[Fact]:
    """CreateImage: accepted, the image is still pending (AWS_FACTS 2.4)."""
    image_id = find_id("image", call.response, "imageId")
    if image_id is None:
        return []
    instance_id = find_id("instance", call.request, "instanceId")
    created = ImageCreated(
        incomplete=instance_id is None,
        owner_account_id=call.account_id,
        name=call.request.wording("name"),
        description=call.request.wording("description"),
        source_instance_id=instance_id,
        no_reboot=call.request.flag("noReboot"),
        block_devices=_read_block_devices(call.request),
        tags=read_tag_specifications(call.request, "image"),
    )
    return [Fact("image.created", call.stream("image", image_id), created)]


def copy_image(call: Call) -> list[Fact]:
    """CopyImage, recorded in the destination Region."""
    image_id = find_id("image", call.response, "imageId")
    if image_id is None:
        return []
    source_image_id = find_id("image", call.request, "sourceImageId")
    source_region = find_region(call.request, "sourceRegion")
    copied = ImageCopied(
        incomplete=source_image_id is None or source_region is None,
        owner_account_id=call.account_id,
        name=call.request.wording("name"),
        description=call.request.wording("description"),
        source_region=source_region,
        source_image_id=source_image_id,
        encrypted=call.request.flag("encrypted"),
        kms_key_id=call.request.text("kmsKeyId"),
        copies_tags=call.request.flag("copyImageTags"),
        tags=read_tag_specifications(call.request, "image"),
    )
    return [Fact("image.copied", call.stream("image", image_id), copied)]


def register_image(call: Call) -> list[Fact]:
    """RegisterImage: the image, and for each mapped snapshot that it backs the image."""
    image_id = find_id("image", call.response, "imageId")
    if image_id is None:
        return []
    devices = _read_block_devices(call.request)
    registered = ImageRegistered(
        incomplete=not call.request,
        owner_account_id=call.account_id,
        name=call.request.wording("name"),
        description=call.request.wording("description"),
        architecture=call.request.text("architecture"),
        root_device_name=call.request.text("rootDeviceName"),
        block_devices=devices,
        image_location=call.request.text("imageLocation"),
        tags=read_tag_specifications(call.request, "image"),
    )
    return [
        Fact("image.registered", call.stream("image", image_id), registered),
        *(
            Fact(
                "snapshot.backed_image",
                call.stream("snapshot", device.snapshot_id),
                SnapshotBackedImage(image_id=image_id, device_name=device.device_name),
                f"{image_id} {device.device_name or ''}",
            )
            for device in devices
            if device.snapshot_id is not None
        ),
    ]


def read_snapshot_ids(request: Fields) -> list[str]:
    """Snapshots that a block device mapping names."""
    return [device.snapshot_id for device in _read_block_devices(request) if device.snapshot_id is not None]


def _read_block_devices(request: Fields) -> tuple[BlockDevice, ...]:
    devices = []
    for entry in request.children("blockDeviceMapping", "blockDeviceMappings"):
        disk = entry.child("ebs")
        devices.append(
            BlockDevice(
                device_name=entry.text("deviceName"),
                snapshot_id=find_id("snapshot", disk, "snapshotId"),
                volume_size_gib=disk.number("volumeSize"),
                encrypted=disk.flag("encrypted"),
                delete_on_termination=disk.flag("deleteOnTermination"),
            )
        )
    return tuple(devices)
