"""The calls about snapshots and volumes."""

from typing import Final

from ingest.domain.operations import imports, snapshots, subjects, volumes
from ingest.domain.operations.operation import EBS, EC2, Operation

_SNAPSHOT: Final = ("snapshot",)
_VOLUME: Final = ("volume",)
_BOTH_ENDS: Final = ("volume", "instance")

STORAGE_OPERATIONS: Final = (
    Operation(EC2, "CreateSnapshot", _SNAPSHOT, snapshots.create_snapshot, subjects.volume),
    Operation(EC2, "CreateSnapshots", _SNAPSHOT, snapshots.create_snapshots, subjects.snapshot_set),
    Operation(EC2, "CopySnapshot", _SNAPSHOT, snapshots.copy_snapshot, subjects.source_snapshot),
    Operation(EBS, "StartSnapshot", _SNAPSHOT, snapshots.start_snapshot, subjects.parent_snapshot),
    Operation(
        EC2, "ImportSnapshot", ("import-task", "snapshot"), imports.import_snapshot, subjects.no_subject
    ),
    Operation(EC2, "DeleteSnapshot", _SNAPSHOT, snapshots.delete_snapshot, subjects.snapshot),
    Operation(
        EC2,
        "RestoreSnapshotFromRecycleBin",
        _SNAPSHOT,
        snapshots.restore_snapshot_from_recycle_bin,
        subjects.snapshot,
    ),
    Operation(
        EC2,
        "ModifySnapshotAttribute",
        _SNAPSHOT,
        snapshots.modify_snapshot_attribute,
        subjects.snapshot,
        find_unconcerned=snapshots.find_product_codes,
    ),
    Operation(
        EC2, "ResetSnapshotAttribute", _SNAPSHOT, snapshots.reset_snapshot_attribute, subjects.snapshot
    ),
    Operation(
        EC2, "SharedSnapshotCopyInitiated", _SNAPSHOT, snapshots.copy_shared_snapshot, subjects.no_subject
    ),
    Operation(
        EC2,
        "SharedSnapshotVolumeCreated",
        _SNAPSHOT,
        snapshots.create_volume_from_shared_snapshot,
        subjects.no_subject,
    ),
    Operation(EC2, "CreateVolume", _VOLUME, volumes.create_volume, subjects.snapshot),
    Operation(EC2, "CopyVolumes", _VOLUME, volumes.copy_volumes, subjects.source_volume),
    Operation(EC2, "DeleteVolume", _VOLUME, volumes.delete_volume, subjects.volume),
    Operation(EC2, "AttachVolume", _BOTH_ENDS, volumes.attach_volume, subjects.attachment),
    Operation(EC2, "DetachVolume", _BOTH_ENDS, volumes.detach_volume, subjects.attachment),
)
