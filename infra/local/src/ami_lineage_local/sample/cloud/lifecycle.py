"""What is done to an image in the course of its life: disabled, deprecated, protected, marked, recovered."""

from ami_lineage_local.sample.cloud import notices
from ami_lineage_local.sample.cloud.image_records import TOLD
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import Image


def disable(stage: Stage, desk: Desk, image: Image) -> None:
    """DisableImage: all launch permissions are gone for good (AWS_FACTS 1.5)."""
    _call(stage, desk, "DisableImage", image)
    image.state = "disabled"
    image.tell(image.state, stage.now)
    image.shared_with = []
    image.disputed = []
    if stage.rng.random() < TOLD:
        stage.start(notices.tell_state(stage, image, "disabled"), 3)


def enable(stage: Stage, desk: Desk, image: Image) -> None:
    """EnableImage: it can be launched again, by its owner alone."""
    _call(stage, desk, "EnableImage", image)
    image.state = "available"
    image.tell(image.state, stage.now)


def recover(stage: Stage, desk: Desk, image: Image) -> None:
    """RestoreImageFromRecycleBin."""
    _call(stage, desk, "RestoreImageFromRecycleBin", image)
    image.state = "available"
    image.tell(image.state, stage.now)


def deprecate(stage: Stage, desk: Desk, image: Image, moment: int) -> None:
    """EnableImageDeprecation; AWS rounds to the minute."""
    image.deprecate_at = moment // 60 * 60
    _call(stage, desk, "EnableImageDeprecation", image, {"deprecateAt": iso(image.deprecate_at)})


def cancel_deprecation(stage: Stage, desk: Desk, image: Image) -> None:
    """DisableImageDeprecation."""
    _call(stage, desk, "DisableImageDeprecation", image)
    image.deprecate_at = None


def protect(stage: Stage, desk: Desk, image: Image) -> None:
    """EnableImageDeregistrationProtection."""
    _call(stage, desk, "EnableImageDeregistrationProtection", image, {"withCooldown": False})
    image.protected = True


def unprotect(stage: Stage, desk: Desk, image: Image) -> None:
    """DisableImageDeregistrationProtection."""
    _call(stage, desk, "DisableImageDeregistrationProtection", image)
    image.protected = False


def attach_watermark(stage: Stage, desk: Desk, image: Image, name: str) -> str:
    """AttachImageWatermark; the answer is the watermark's key."""
    key = f"{desk.account_id}:{name}"
    request = {"imageId": image.image_id, "watermarkName": name}
    desk.call(stage, "AttachImageWatermark", request, {"watermarkKey": key})
    image.watermarks.append(key)
    return key


def detach_watermark(stage: Stage, desk: Desk, image: Image, key: str) -> None:
    """DetachImageWatermark; derivatives keep theirs."""
    request = {"imageId": image.image_id, "watermarkKey": key}
    desk.call(stage, "DetachImageWatermark", request, {"_return": True})
    image.watermarks.remove(key)


def _call(stage: Stage, desk: Desk, operation: str, image: Image, more: Json | None = None) -> None:
    desk.call(stage, operation, {"imageId": image.image_id, **(more or {})}, {"_return": True})
