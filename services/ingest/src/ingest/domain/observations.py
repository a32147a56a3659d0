"""What a Describe call says, as the payload of an observed event (AWS_FACTS 1.2, 1.6)."""

import hashlib
from typing import Final

import orjson

from ami_lineage_contracts.events.image import ImageObserved
from ami_lineage_contracts.events.instance import InstanceObserved
from ami_lineage_contracts.events.payload import Attachment, BlockDevice, Payload
from ami_lineage_contracts.events.storage import SnapshotObserved, VolumeObserved
from ingest.domain.call import find_id, find_region, read_tags
from ingest.domain.decoding import Fields, JsonObject

ID_NAMES: Final = {
    "image": "imageId",
    "instance": "instanceId",
    "snapshot": "snapshotId",
    "volume": "volumeId",
}


def build_observed(kind: str, described: JsonObject) -> Payload:
    """The payload for a resource that Describe returned; `kind` is one of ID_NAMES."""
    fields = Fields(described)
    if kind == "image":
        return _build_image(fields)
    if kind == "instance":
        return _build_instance(fields)
    return _build_volume(fields) if kind == "volume" else _build_snapshot(fields)


def build_observation_id(stream_id: str, data: JsonObject, previous: str | None) -> str:
    """Id of the observation that follows `previous` (an event id) on a stream and found this content.

    A request that is delivered twice gives the same id twice; the same content found again after another
    one gives a new id.
    """
    canonical = orjson.dumps([data, previous], option=orjson.OPT_SORT_KEYS)
    return f"observation/{stream_id}/{hashlib.sha256(canonical).hexdigest()[:32]}"


def _build_image(image: Fields) -> ImageObserved:
    return ImageObserved(
        state=image.text("state"),
        owner_account_id=image.account("ownerId"),
        owner_alias=image.text("imageOwnerAlias"),
        name=image.wording("name"),
        description=image.wording("description"),
        created_at=image.moment("creationDate"),
        public=image.flag("public"),
        architecture=image.text("architecture"),
        root_device_name=image.text("rootDeviceName"),
        root_device_type=image.text("rootDeviceType"),
        block_devices=tuple(
            BlockDevice(
                device_name=entry.text("deviceName"),
                snapshot_id=find_id("snapshot", entry.child("ebs"), "snapshotId"),
                volume_size_gib=entry.child("ebs").number("volumeSize"),
                encrypted=entry.child("ebs").flag("encrypted"),
                delete_on_termination=entry.child("ebs").flag("deleteOnTermination"),
            )
            for entry in image.children("blockDeviceMappings")
        ),
        source_image_id=find_id("image", image, "sourceImageId"),
        source_image_region=find_region(image, "sourceImageRegion"),
        source_instance_id=find_id("instance", image, "sourceInstanceId"),
        product_codes=tuple(
            code for entry in image.children("productCodes") if (code := entry.text("productCodeId"))
        ),
        tags=read_tags(image.children("tags")),
    )


def _build_instance(instance: Fields) -> InstanceObserved:
    instance_id, root = instance.text("instanceId") or "", instance.text("rootDeviceName")
    attachments = tuple(
        Attachment(
            volume_id=volume_id,
            instance_id=instance_id,
            device_name=entry.text("deviceName"),
            attached_at=entry.child("ebs").moment("attachTime"),
        )
        for entry in instance.children("blockDeviceMappings")
        if (volume_id := find_id("volume", entry.child("ebs"), "volumeId")) is not None
    )
    return InstanceObserved(
        owner_account_id=instance.account("ownerId"),
        image_id=find_id("image", instance, "imageId"),
        state=instance.child("state").text("name"),
        instance_type=instance.text("instanceType"),
        launched_at=instance.moment("launchTime"),
        availability_zone=instance.child("placement").text("availabilityZone"),
        private_ip=instance.text("privateIpAddress"),
        public_ip=instance.text("publicIpAddress"),
        root_device_name=root,
        root_volume_id=next(
            (each.volume_id for each in attachments if root is not None and each.device_name == root), None
        ),
        attachments=attachments,
        instance_profile=instance.child("iamInstanceProfile").text("arn"),
        tags=read_tags(instance.children("tags")),
    )


def _build_volume(volume: Fields) -> VolumeObserved:
    snapshot_id = find_id("snapshot", volume, "snapshotId")
    return VolumeObserved(
        # DescribeVolumes answers "" for a volume that began blank; an answer without it does not say.
        incomplete=snapshot_id is None and volume.wording("snapshotId") != "",
        snapshot_id=snapshot_id,
        created_at=volume.moment("createTime"),
        state=volume.text("state"),
        attachments=tuple(
            Attachment(
                volume_id=volume_id,
                instance_id=instance_id,
                device_name=entry.text("device"),
                attached_at=entry.moment("attachTime"),
            )
            for entry in volume.children("attachments")
            if (volume_id := find_id("volume", entry, "volumeId")) is not None
            and (instance_id := find_id("instance", entry, "instanceId")) is not None
        ),
        tags=read_tags(volume.children("tags")),
    )


def _build_snapshot(snapshot: Fields) -> SnapshotObserved:
    return SnapshotObserved(
        owner_account_id=snapshot.account("ownerId"),
        volume_id=find_id("volume", snapshot, "volumeId"),
        started_at=snapshot.moment("startTime"),
        state=snapshot.text("state"),
        description=snapshot.wording("description"),
        encrypted=snapshot.flag("encrypted"),
        tags=read_tags(snapshot.children("tags")),
    )
