"""Events of snapshot and volume streams."""

from typing import Literal

from pydantic import Field

from ami_lineage_contracts.events.payload import Attachment, Payload
from ami_lineage_contracts.times import UtcDatetime


class SnapshotCreated(Payload):
    """CreateSnapshot of a volume, or one of the snapshots of CreateSnapshots of an instance.

    `set_size`: how many snapshots the same call made. CreateSnapshots takes every volume but those
    excluded, so one snapshot of an instance whose boot volume was not excluded is its root volume's.
    """

    operation: Literal["create_snapshot", "create_snapshots"]
    owner_account_id: str | None = None
    volume_id: str | None = None
    instance_id: str | None = None
    set_size: int | None = None
    boot_volume_excluded: bool = False
    description: str | None = None
    volume_size_gib: int | None = None
    encrypted: bool | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class SnapshotCopied(Payload):
    """CopySnapshot, in the destination Region."""

    owner_account_id: str | None = None
    source_region: str | None = None
    source_snapshot_id: str | None = None
    description: str | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class SnapshotBackedImage(Payload):
    """An image's block device mapping names this snapshot (RegisterImage, or an observation)."""

    image_id: str
    device_name: str | None = None


class SnapshotDeleted(Payload):
    """DeleteSnapshot succeeded."""


class SnapshotObserved(Payload):
    """What DescribeSnapshots said. `volume_id` of a copy is arbitrary and means nothing (AWS_FACTS 0.4)."""

    owner_account_id: str | None = None
    volume_id: str | None = None
    started_at: UtcDatetime | None = None
    state: str | None = None
    description: str | None = None
    encrypted: bool | None = None
    tags: dict[str, str] | None = None


class VolumeCreated(Payload):
    """CreateVolume; without `snapshot_id` the volume was created blank."""

    owner_account_id: str | None = None
    snapshot_id: str | None = None
    size_gib: int | None = None
    availability_zone: str | None = None
    encrypted: bool | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class VolumeAttached(Payload):
    """AttachVolume succeeded."""

    instance_id: str
    device_name: str | None = None


class VolumeDetached(Payload):
    """DetachVolume succeeded."""

    instance_id: str | None = None
    device_name: str | None = None


class VolumeDeleted(Payload):
    """DeleteVolume succeeded."""


class VolumeObserved(Payload):
    """What DescribeVolumes said. `snapshot_id` None here means: none, the volume began blank."""

    owner_account_id: str | None = None
    snapshot_id: str | None = None
    created_at: UtcDatetime | None = None
    state: str | None = None
    attachments: tuple[Attachment, ...] = ()
    tags: dict[str, str] | None = None
