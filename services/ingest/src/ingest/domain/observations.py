"""What a Describe call says about EC2's own kinds, as the payload of an observed event (AWS_FACTS 1.2, 1.6).

`described` is the answer in the API's own names. What other calls say about the same resource stands in it
too: `OwnerId` (of the account that was asked), `LaunchPermissions`, `ImageAncestryEntries`.
"""

from collections.abc import Iterator
from typing import Final, Literal

from ami_lineage_contracts.events.image import AncestryEntry, ImageObserved, Watermark
from ami_lineage_contracts.events.instance import InstanceObserved
from ami_lineage_contracts.events.payload import Attachment, BlockDevice, Principal
from ami_lineage_contracts.events.storage import SnapshotObserved, VolumeObserved
from ingest.domain.call import Call, find_id, find_region, read_tags
from ingest.domain.decoding import Fields, JsonObject

PrincipalKind = Literal["account", "group", "organization", "organizational_unit"]

_PRINCIPALS: Final[tuple[tuple[str, PrincipalKind], ...]] = (
    ("userId", "account"),
    ("group", "group"),
    ("organizationArn", "organization"),
    ("organizationalUnitArn", "organizational_unit"),
)


def build_image(described: JsonObject, _call: Call) -> ImageObserved:
    """From DescribeImages; calls that tell less (of an instance's image, of the recycle bin) do not say `Public`."""
    image = Fields(described)
    whole = "Public" in described
    return ImageObserved(
        state=image.text("state"),
        owner_account_id=image.account("ownerId"),
        owner_alias=image.text("imageOwnerAlias"),
        name=image.wording("name"),
        description=image.wording("description"),
        created_at=image.moment("creationDate"),
        public=image.flag("public", "isPublic"),
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
        deprecate_at=image.moment("deprecationTime"),
        deregistration_protection=image.text("deregistrationProtection"),
        last_launched_at=image.moment("lastLaunchedTime"),
        shared_with=_read_permissions(image) if "LaunchPermissions" in described else None,
        watermarks=_read_watermarks(image) if "ImageWatermarks" in described else None,
        ancestry=tuple(_read_ancestry(image)),
        tags=read_tags(image.children("tags")) if whole else None,
    )


def _read_permissions(image: Fields) -> tuple[Principal, ...]:
    found = [
        Principal(kind=kind, value=value)
        for entry in image.children("launchPermissions")
        for name, kind in _PRINCIPALS
        if (value := entry.text(name)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.kind, each.value)))


def _read_watermarks(image: Fields) -> tuple[Watermark, ...]:
    found = [
        Watermark(
            key=key,
            source_image_id=find_id("image", entry, "sourceImageId"),
            source_region=find_region(entry, "sourceImageRegion"),
            attached_at=entry.moment("watermarkCreationTime"),
        )
        for entry in image.children("imageWatermarks")
        if (key := entry.text("watermarkKey")) is not None
    ]
    return tuple(sorted(found, key=lambda each: each.key))


def _read_ancestry(image: Fields) -> Iterator[AncestryEntry]:
    for entry in image.children("imageAncestryEntries"):
        image_id = find_id("image", entry, "imageId")
        if image_id is None:
            return  # what comes above an unreadable step is no chain from this image
        yield AncestryEntry(
            image_id=image_id,
            owner_alias=entry.text("imageOwnerAlias"),
            source_image_id=find_id("image", entry, "sourceImageId"),
            source_region=find_region(entry, "sourceImageRegion"),
            created_at=entry.moment("creationDate"),
        )


def build_instance(described: JsonObject, _call: Call) -> InstanceObserved:
    """From DescribeInstances; `OwnerId` stands on its reservation."""
    instance = Fields(described)
    tags = read_tags(instance.children("tags"))
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
        launch_template_id=tags.get("aws:ec2launchtemplate:id"),
        launch_template_version=tags.get("aws:ec2launchtemplate:version"),
        auto_scaling_group=tags.get("aws:autoscaling:groupName"),
        tags=tags,
    )


def build_volume(described: JsonObject, _call: Call) -> VolumeObserved:
    """From DescribeVolumes."""
    volume = Fields(described)
    snapshot_id = find_id("snapshot", volume, "snapshotId")
    return VolumeObserved(
        # DescribeVolumes answers "" for a volume that began blank; an answer without it does not say.
        incomplete=snapshot_id is None and volume.wording("snapshotId") != "",
        owner_account_id=volume.account("ownerId"),
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


def build_snapshot(described: JsonObject, _call: Call) -> SnapshotObserved:
    """From DescribeSnapshots."""
    snapshot = Fields(described)
    return SnapshotObserved(
        owner_account_id=snapshot.account("ownerId"),
        volume_id=find_id("volume", snapshot, "volumeId"),
        started_at=snapshot.moment("startTime"),
        state=snapshot.text("state"),
        description=snapshot.wording("description"),
        encrypted=snapshot.flag("encrypted"),
        data_encryption_key_id=snapshot.text("dataEncryptionKeyId"),
        tags=read_tags(snapshot.children("tags")),
    )
