"""Events of snapshot and volume streams."""

from typing import Literal

from pydantic import Field

from ami_lineage_contracts.events.payload import Attachment, ImportSource, Payload, Principal
from ami_lineage_contracts.times import UtcDatetime


class SnapshotCreated(Payload):
    """CreateSnapshot of a volume, one of the snapshots of CreateSnapshots of an instance, or StartSnapshot.

    StartSnapshot (EBS direct API) writes blocks that no record names, also on top of `parent_snapshot_id`.
    `set_size`: how many snapshots the same call made. CreateSnapshots takes every volume but those
    excluded, so one snapshot of an instance whose boot volume was not excluded is its root volume's.
    """

    operation: Literal["create_snapshot", "create_snapshots", "start_snapshot"]
    owner_account_id: str | None = None
    volume_id: str | None = None
    instance_id: str | None = None
    set_size: int | None = None
    boot_volume_excluded: bool = False
    parent_snapshot_id: str | None = None
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


class SnapshotImported(Payload):
    """An import task made this snapshot: from a disk outside EC2."""

    owner_account_id: str | None = None
    description: str | None = None
    import_task_id: str | None = None
    sources: tuple[ImportSource, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)


class SnapshotCompleted(Payload):
    """EBS said that a snapshot or a copy ended, and of what it was made (``EBS Snapshot Notification``)."""

    operation: Literal["create_snapshot", "create_snapshots", "copy_snapshot"]
    succeeded: bool
    source_volume_id: str | None = None
    source_snapshot_id: str | None = None
    source_region: str | None = None
    cause: str | None = None


class SnapshotSharingChanged(Payload):
    """Who may create volumes from the snapshot changed; `reset` removes all before `added`."""

    added: tuple[Principal, ...] = ()
    removed: tuple[Principal, ...] = ()
    reset: bool = False


class SnapshotRecovered(Payload):
    """RestoreSnapshotFromRecycleBin succeeded: a deleted snapshot is back."""


class SnapshotUsedElsewhere(Payload):
    """Another account copied the snapshot or made a volume of it (AWS_FACTS 1.6)."""

    operation: Literal["copied", "volume_created"]
    by_account_id: str | None = None


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
    data_encryption_key_id: str | None = None
    shared_with: tuple[Principal, ...] | None = None
    tags: dict[str, str] | None = None


class VolumeCreated(Payload):
    """CreateVolume, or CopyVolumes; without `snapshot_id`, and unless incomplete, the volume was created blank.

    `source_volume_id`: CopyVolumes took the blocks of this volume (such an event is marked incomplete, so that a
    reader that does not know the field never takes the copy for blank).
    """

    owner_account_id: str | None = None
    snapshot_id: str | None = None
    source_volume_id: str | None = None
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
    """What DescribeVolumes said. `snapshot_id` None, unless incomplete: it began blank."""

    owner_account_id: str | None = None
    snapshot_id: str | None = None
    created_at: UtcDatetime | None = None
    state: str | None = None
    attachments: tuple[Attachment, ...] = ()
    tags: dict[str, str] | None = None
