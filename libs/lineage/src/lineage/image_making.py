"""The event that made an image, and what it says about what the image was made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ami_lineage_contracts.events.image import (
    ImageCopied,
    ImageCreated,
    ImageImported,
    ImageRegistered,
    ImageRestored,
)
from ami_lineage_contracts.events.payload import ImportSource
from lineage.order import Entry

MakingMethod = Literal["create_image", "copy_image", "register_image", "restore_image", "import_image"]
MakingPayload = ImageCreated | ImageCopied | ImageRegistered | ImageRestored | ImageImported


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The event that made the image: acceptance only, the image may still fail (AWS_FACTS 2.4)."""

    method: MakingMethod
    event_id: str
    at: datetime
    incomplete: bool = False
    source_instance_id: str | None = None
    source_region: str | None = None
    source_image_id: str | None = None
    image_location: str | None = None
    bucket: str | None = None
    object_key: str | None = None
    import_task_id: str | None = None
    import_sources: tuple[ImportSource, ...] = ()


def build_making(entry: Entry) -> Making:
    """What the making event says."""
    payload = entry.payload
    event_id, at, incomplete = entry.event_id, entry.at, payload.incomplete
    if isinstance(payload, ImageCreated):
        return Making(
            method="create_image",
            event_id=event_id,
            at=at,
            incomplete=incomplete,
            source_instance_id=payload.source_instance_id or None,
        )
    if isinstance(payload, ImageCopied):
        return Making(
            method="copy_image",
            event_id=event_id,
            at=at,
            incomplete=incomplete,
            source_region=payload.source_region or None,
            source_image_id=payload.source_image_id or None,
        )
    if isinstance(payload, ImageRestored):
        return Making(
            method="restore_image",
            event_id=event_id,
            at=at,
            incomplete=incomplete,
            bucket=payload.bucket or None,
            object_key=payload.object_key or None,
        )
    if isinstance(payload, ImageImported):
        return Making(
            method="import_image",
            event_id=event_id,
            at=at,
            incomplete=incomplete,
            import_task_id=payload.import_task_id or None,
            import_sources=payload.sources,
        )
    location = payload.image_location if isinstance(payload, ImageRegistered) else None
    return Making(
        method="register_image",
        event_id=event_id,
        at=at,
        incomplete=incomplete,
        image_location=location or None,
    )
