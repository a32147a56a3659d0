"""Calls that make, change and end images (AWS_FACTS 1.1, 2.3)."""

from typing import Final, Literal

from ami_lineage_contracts.events.image import (
    ImageAttributeChanged,
    ImageCopied,
    ImageCreated,
    ImageDeregistered,
    ImageLaunchPermissionChanged,
    ImageRegistered,
    ImageStateChanged,
)
from ami_lineage_contracts.events.payload import BlockDevice, Principal
from ami_lineage_contracts.events.storage import SnapshotBackedImage, SnapshotDeleted
from ingest.domain.call import Call, Fact, find_id, find_region, read_tag_specifications
from ingest.domain.decoding import Fields, to_account_id, to_text

PrincipalKind = Literal["account", "group", "organization", "organizational_unit"]

_PRINCIPALS: Final[tuple[tuple[PrincipalKind, tuple[str, ...]], ...]] = (
    ("account", ("userId",)),
    ("group", ("group",)),
    ("organization", ("organizationArn",)),
    ("organizational_unit", ("organizationalUnitArn",)),
)
# Of the older form: operationType and one list for each kind of principal.
_PRINCIPAL_LISTS: Final[tuple[tuple[PrincipalKind, tuple[str, ...]], ...]] = (
    ("account", ("userIdsSet", "userIdSet", "userIds", "userId")),
    ("group", ("groupsSet", "userGroupSet", "userGroups", "userGroup")),
    ("organization", ("organizationArnSet", "organizationArns", "organizationArn")),
    ("organizational_unit", ("organizationalUnitArnSet", "organizationalUnitArns", "organizationalUnitArn")),
)


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


def deregister_image(call: Call) -> list[Fact]:
    """DeregisterImage, with the snapshots that it deleted where it was asked to."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    deleted = tuple(
        snapshot_id
        for result in call.response.children("deleteSnapshotResultSet", "deleteSnapshotResults")
        if result.text("returnCode") == "success"
        and (snapshot_id := find_id("snapshot", result, "snapshotId")) is not None
    )
    return [
        Fact(
            "image.deregistered",
            call.stream("image", image_id),
            ImageDeregistered(deleted_snapshot_ids=deleted),
        ),
        *(
            Fact("snapshot.deleted", call.stream("snapshot", snapshot_id), SnapshotDeleted())
            for snapshot_id in deleted
        ),
    ]


def modify_image_attribute(call: Call) -> list[Fact]:
    """ModifyImageAttribute: sharing, or another attribute."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    stream_id = call.stream("image", image_id)
    facts = []
    added, removed, complete = _read_launch_permission(call.request)
    if added or removed or not complete:
        changed = ImageLaunchPermissionChanged(incomplete=not complete, added=added, removed=removed)
        facts.append(Fact("image.launch_permission_changed", stream_id, changed))
    facts.extend(
        Fact("image.attribute_changed", stream_id, attribute, attribute.attribute)
        for attribute in _read_attributes(call.request)
    )
    if facts:
        return facts
    other = ImageAttributeChanged(
        incomplete=True, attribute="other", value=call.request.text("attributeType", "attribute")
    )
    return [Fact("image.attribute_changed", stream_id, other, other.attribute)]


def reset_image_attribute(call: Call) -> list[Fact]:
    """ResetImageAttribute: launchPermission is the only attribute that it knows (botocore: ec2)."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    reset = ImageLaunchPermissionChanged(reset=True)
    return [Fact("image.launch_permission_changed", call.stream("image", image_id), reset)]


def cancel_image_launch_permission(call: Call) -> list[Fact]:
    """CancelImageLaunchPermission: the caller's account gives its permission back."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None or call.account_id is None:
        return []
    removed = ImageLaunchPermissionChanged(removed=(Principal(kind="account", value=call.account_id),))
    return [Fact("image.launch_permission_changed", call.stream("image", image_id), removed)]


def disable_image(call: Call) -> list[Fact]:
    """DisableImage: takes effect at once (AWS_FACTS 1.1, states)."""
    return _change_state(call, "disabled")


def enable_image(call: Call) -> list[Fact]:
    """EnableImage: the image is available again (AWS_FACTS 3.7)."""
    return _change_state(call, "available")


def _change_state(call: Call, state: str) -> list[Fact]:
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    return [Fact("image.state_changed", call.stream("image", image_id), ImageStateChanged(state=state))]


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


def _read_launch_permission(
    request: Fields,
) -> tuple[tuple[Principal, ...], tuple[Principal, ...], bool]:
    """Added, removed, and whether all that the call names was understood."""
    permission = request.child("launchPermission")
    added, understood = _read_principals(permission.children("add"))
    removed, all_understood = _read_principals(permission.children("remove"))
    listed = tuple(
        _build_principal(kind, text)
        for kind, names in _PRINCIPAL_LISTS
        for member in request.members(*names)
        if (text := _read_principal_text(member)) is not None
    )
    if request.text("operationType") == "remove":
        removed += listed
    else:
        added += listed
    named = (request.text("attributeType", "attribute") or "").lower() == "launchpermission"
    complete = understood and all_understood and bool(added or removed or not (named or permission))
    return added, removed, complete


def _read_principals(entries: list[Fields]) -> tuple[tuple[Principal, ...], bool]:
    principals = [
        _build_principal(kind, text)
        for entry in entries
        for kind, names in _PRINCIPALS
        if (text := entry.text(*names)) is not None
    ]
    return tuple(principals), len(principals) >= len(entries)


def _build_principal(kind: PrincipalKind, text: str) -> Principal:
    return Principal(kind=kind, value=(to_account_id(text) or text) if kind == "account" else text)


def _read_principal_text(member: object) -> str | None:
    if isinstance(member, dict) and "content" not in member:
        return Fields(member).text("userId", "group", "organizationArn", "organizationalUnitArn")
    return to_text(member)


def _read_attributes(request: Fields) -> list[ImageAttributeChanged]:
    changed = []
    for attribute, name in (("description", "description"), ("imds_support", "imdsSupport")):
        value = request.child(name).wording("value")
        named = (request.text("attributeType", "attribute") or "").lower() == name.lower()
        if value is None and (named or request.child(name)):
            value = request.wording("value")
        if value is not None or request.child(name):
            changed.append(ImageAttributeChanged.model_validate({"attribute": attribute, "value": value}))
    codes = [text for member in request.members("productCodes", "productCodeSet") if (text := _code(member))]
    if codes:
        changed.append(ImageAttributeChanged(attribute="product_codes", value=",".join(codes)))
    return changed


def _code(member: object) -> str | None:
    if isinstance(member, dict) and "content" not in member:
        return Fields(member).text("productCode", "productCodeId")
    return to_text(member)
