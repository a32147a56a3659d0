"""Events of an image stream."""

from typing import Literal

from pydantic import Field

from ami_lineage_contracts.events.payload import BlockDevice, Payload, Principal
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


class ImageObserved(Payload):
    """What DescribeImages said; None where it was not asked or not visible."""

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
    tags: dict[str, str] | None = None


class ImageDeregistered(Payload):
    """DeregisterImage succeeded."""

    deleted_snapshot_ids: tuple[str, ...] = ()


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
