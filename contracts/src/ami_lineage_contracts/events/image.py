"""Events of an image stream."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ami_lineage_contracts.events.payload import BlockDevice, ImportSource, Payload, Principal
from ami_lineage_contracts.times import UtcDatetime


class ImageCreated(Payload):
    """CreateImage was accepted: the image is captured from an instance."""

    owner_account_id: str | None = None
    name: str | None = None
    description: str | None = None
    source_instance_id: str | None = None
    no_reboot: bool | None = None
    block_devices: tuple[BlockDevice, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)


class ImageCopied(Payload):
    """CopyImage was accepted, in the destination Region, by the account that owns the copy."""

    owner_account_id: str | None = None
    name: str | None = None
    description: str | None = None
    source_region: str | None = None
    source_image_id: str | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    copies_tags: bool | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class ImageRegistered(Payload):
    """RegisterImage was accepted: from snapshots, or from a manifest in S3."""

    owner_account_id: str | None = None
    name: str | None = None
    description: str | None = None
    architecture: str | None = None
    root_device_name: str | None = None
    block_devices: tuple[BlockDevice, ...] = ()
    image_location: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class ImageRestored(Payload):
    """CreateRestoreImageTask was accepted: from an object that CreateStoreImageTask wrote."""

    owner_account_id: str | None = None
    name: str | None = None
    bucket: str | None = None
    object_key: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class ImageImported(Payload):
    """An import task made this image: ImportImage named it, or the end of the task did."""

    owner_account_id: str | None = None
    name: str | None = None
    description: str | None = None
    architecture: str | None = None
    import_task_id: str | None = None
    sources: tuple[ImportSource, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)


class ImageStored(Payload):
    """CreateStoreImageTask was accepted: the image is written to this object of S3."""

    bucket: str | None = None
    object_key: str | None = None


class AncestryEntry(BaseModel):
    """One step of GetImageAncestry; `region` is that of the source (AWS_FACTS 1.3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image_id: str
    owner_alias: str | None = None
    source_image_id: str | None = None
    source_region: str | None = None
    created_at: UtcDatetime | None = None


class Watermark(BaseModel):
    """A watermark on an image, and the image to which it was first attached (AWS_FACTS 1.5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    source_image_id: str | None = None
    source_region: str | None = None
    attached_at: UtcDatetime | None = None


class ImageObserved(Payload):
    """What DescribeImages and its kin said; None where it was not asked or not visible.

    `ancestry`: GetImageAncestry from the image itself upward. `shared_with`: all launch permissions, which only
    the owner sees.
    """

    state: str | None = None
    owner_account_id: str | None = None
    owner_alias: str | None = None
    name: str | None = None
    description: str | None = None
    created_at: UtcDatetime | None = None
    public: bool | None = None
    architecture: str | None = None
    root_device_name: str | None = None
    root_device_type: str | None = None
    block_devices: tuple[BlockDevice, ...] = ()
    source_image_id: str | None = None
    source_image_region: str | None = None
    source_instance_id: str | None = None
    product_codes: tuple[str, ...] = ()
    deprecate_at: UtcDatetime | None = None
    deregistration_protection: str | None = None
    last_launched_at: UtcDatetime | None = None
    shared_with: tuple[Principal, ...] | None = None
    watermarks: tuple[Watermark, ...] | None = None
    ancestry: tuple[AncestryEntry, ...] = ()
    tags: dict[str, str] | None = None


class ImageDeregistered(Payload):
    """DeregisterImage succeeded."""

    deleted_snapshot_ids: tuple[str, ...] = ()


class ImageRecovered(Payload):
    """RestoreImageFromRecycleBin succeeded: a deregistered image is back."""


class ImageDisabled(Payload):
    """DisableImage succeeded: it cannot be launched and all its launch permissions are gone for good."""


class ImageEnabled(Payload):
    """EnableImage succeeded: it can be launched again, by its owner alone."""


class ImageDeprecationChanged(Payload):
    """The image is deprecated from `deprecate_at` on; None: deprecation was cancelled."""

    deprecate_at: UtcDatetime | None = None


class ImageDeregistrationProtectionChanged(Payload):
    """Deregistration protection was switched; with a cooldown it lasts 24 hours longer."""

    enabled: bool
    with_cooldown: bool | None = None


class ImageWatermarkAttached(Payload):
    """AttachImageWatermark succeeded; `key` is account:name."""

    key: str | None = None


class ImageWatermarkDetached(Payload):
    """DetachImageWatermark succeeded; derivatives keep theirs."""

    key: str | None = None


class ImageStateChanged(Payload):
    """EC2 said which state the image is in (``EC2 AMI State Change``)."""

    state: str
    reason: str | None = None


class ImageLaunchPermissionChanged(Payload):
    """Sharing of an image changed; `reset` removes all before `added`."""

    added: tuple[Principal, ...] = ()
    removed: tuple[Principal, ...] = ()
    reset: bool = False


class ImageAttributeChanged(Payload):
    """Another attribute was set."""

    attribute: Literal["description", "imds_support", "product_codes", "other"]
    value: str | None = None
