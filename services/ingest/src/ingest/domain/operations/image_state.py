"""Calls that end images, bring them back, and change what can be done with them (AWS_FACTS 1.5)."""

from ami_lineage_contracts.events.image import (
    ImageDeprecationChanged,
    ImageDeregistered,
    ImageDeregistrationProtectionChanged,
    ImageDisabled,
    ImageEnabled,
    ImageRecovered,
    ImageWatermarkAttached,
    ImageWatermarkDetached,
)
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.storage import SnapshotDeleted
from ingest.domain.call import Call, Fact, find_id


def deregister_image(call: Call) -> list[Fact]:
    """DeregisterImage, with the snapshots that it deleted where it was asked to."""
    deleted = tuple(
        snapshot_id
        for result in call.response.children("deleteSnapshotResultSet", "deleteSnapshotResults")
        if result.text("returnCode") == "success"
        and (snapshot_id := find_id("snapshot", result, "snapshotId")) is not None
    )
    asked = call.request.flag("deleteAssociatedSnapshots") is True
    deregistered = ImageDeregistered(incomplete=asked and not call.response, deleted_snapshot_ids=deleted)
    facts = _on_image(call, "image.deregistered", deregistered)
    if facts:
        facts.extend(
            Fact("snapshot.deleted", call.stream("snapshot", snapshot_id), SnapshotDeleted())
            for snapshot_id in deleted
        )
    return facts


def restore_image_from_recycle_bin(call: Call) -> list[Fact]:
    """RestoreImageFromRecycleBin."""
    return _on_image(call, "image.recovered", ImageRecovered())


def disable_image(call: Call) -> list[Fact]:
    """DisableImage: takes effect at once."""
    return _on_image(call, "image.disabled", ImageDisabled())


def enable_image(call: Call) -> list[Fact]:
    """EnableImage."""
    return _on_image(call, "image.enabled", ImageEnabled())


def enable_image_deprecation(call: Call) -> list[Fact]:
    """EnableImageDeprecation, at a time to come."""
    at = call.request.moment("deprecateAt")
    changed = ImageDeprecationChanged(deprecate_at=at, incomplete=at is None)
    return _on_image(call, "image.deprecation_changed", changed)


def disable_image_deprecation(call: Call) -> list[Fact]:
    """DisableImageDeprecation."""
    return _on_image(call, "image.deprecation_changed", ImageDeprecationChanged())


def enable_image_deregistration_protection(call: Call) -> list[Fact]:
    """EnableImageDeregistrationProtection; without `WithCooldown` there is none (botocore: ec2)."""
    changed = ImageDeregistrationProtectionChanged(
        enabled=True, with_cooldown=call.request.flag("withCooldown") or False
    )
    return _on_image(call, "image.deregistration_protection_changed", changed)


def disable_image_deregistration_protection(call: Call) -> list[Fact]:
    """DisableImageDeregistrationProtection; whether a cooldown delays it the call does not say."""
    changed = ImageDeregistrationProtectionChanged(enabled=False)
    return _on_image(call, "image.deregistration_protection_changed", changed)


def attach_image_watermark(call: Call) -> list[Fact]:
    """AttachImageWatermark: the key is in the answer, else it is the account and the name that was asked for."""
    key, name = call.response.text("watermarkKey"), call.request.wording("watermarkName")
    if key is None and name is not None and call.account_id is not None:
        key = f"{call.account_id}:{name}"
    attached = ImageWatermarkAttached(key=key, incomplete=key is None)
    return _on_image(call, "image.watermark_attached", attached, key or "")


def detach_image_watermark(call: Call) -> list[Fact]:
    """DetachImageWatermark."""
    key = call.request.text("watermarkKey")
    detached = ImageWatermarkDetached(key=key, incomplete=key is None)
    return _on_image(call, "image.watermark_detached", detached, key or "")


def _on_image(call: Call, event_type: str, payload: Payload, discriminator: str = "") -> list[Fact]:
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    return [Fact(event_type, call.stream("image", image_id), payload, discriminator)]
