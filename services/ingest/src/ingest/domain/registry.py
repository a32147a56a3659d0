"""Every operation that is understood: one list for normalising, rule patterns, documentation and tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ingest.domain import denied, image_operations, instance_operations, storage_operations, tag_operations
from ingest.domain.call import Call, Fact
from ingest.domain.denied import Subject

EC2: Final = "ec2.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Operation:
    """`streams`: kinds that a success touches; `normalise`: its facts, none when the record is hollow.

    `subjects`: what a failed call was about. `may_concern_others`: a success without facts is no gap,
    since the call is also made for resources that have no stream here.
    """

    event_source: str
    event_name: str
    streams: tuple[str, ...]
    normalise: Callable[[Call], list[Fact]]
    subjects: Callable[[Call], list[Subject]]
    may_concern_others: bool = False


_IMAGE: Final = ("image",)
_SNAPSHOT: Final = ("snapshot",)
_VOLUME: Final = ("volume",)
_INSTANCE: Final = ("instance",)
_ALL: Final = ("image", "snapshot", "volume", "instance")

OPERATIONS: Final = (
    Operation(EC2, "CreateImage", _IMAGE, image_operations.create_image, denied.subject_instances),
    Operation(EC2, "CopyImage", _IMAGE, image_operations.copy_image, denied.subject_source_image),
    Operation(
        EC2,
        "RegisterImage",
        ("image", "snapshot"),
        image_operations.register_image,
        denied.subject_mapped_snapshots,
    ),
    Operation(
        EC2, "DeregisterImage", ("image", "snapshot"), image_operations.deregister_image, denied.subject_image
    ),
    Operation(
        EC2, "ModifyImageAttribute", _IMAGE, image_operations.modify_image_attribute, denied.subject_image
    ),
    Operation(
        EC2, "ResetImageAttribute", _IMAGE, image_operations.reset_image_attribute, denied.subject_image
    ),
    Operation(
        EC2,
        "CancelImageLaunchPermission",
        _IMAGE,
        image_operations.cancel_image_launch_permission,
        denied.subject_image,
    ),
    Operation(EC2, "DisableImage", _IMAGE, image_operations.disable_image, denied.subject_image),
    Operation(EC2, "EnableImage", _IMAGE, image_operations.enable_image, denied.subject_image),
    Operation(EC2, "CreateSnapshot", _SNAPSHOT, storage_operations.create_snapshot, denied.subject_volume),
    Operation(
        EC2, "CreateSnapshots", _SNAPSHOT, storage_operations.create_snapshots, denied.subject_snapshot_set
    ),
    Operation(
        EC2, "CopySnapshot", _SNAPSHOT, storage_operations.copy_snapshot, denied.subject_source_snapshot
    ),
    Operation(EC2, "DeleteSnapshot", _SNAPSHOT, storage_operations.delete_snapshot, denied.subject_snapshot),
    Operation(EC2, "CreateVolume", _VOLUME, storage_operations.create_volume, denied.subject_snapshot),
    Operation(EC2, "DeleteVolume", _VOLUME, storage_operations.delete_volume, denied.subject_volume),
    Operation(
        EC2,
        "AttachVolume",
        ("volume", "instance"),
        storage_operations.attach_volume,
        denied.subject_attachment,
    ),
    Operation(
        EC2,
        "DetachVolume",
        ("volume", "instance"),
        storage_operations.detach_volume,
        denied.subject_attachment,
    ),
    Operation(
        EC2, "RunInstances", _INSTANCE, instance_operations.run_instances, denied.subject_launched_images
    ),
    Operation(EC2, "StartInstances", _INSTANCE, instance_operations.change_state, denied.subject_instances),
    Operation(EC2, "StopInstances", _INSTANCE, instance_operations.change_state, denied.subject_instances),
    Operation(
        EC2, "TerminateInstances", _INSTANCE, instance_operations.change_state, denied.subject_instances
    ),
    Operation(
        EC2,
        "CreateTags",
        _ALL,
        tag_operations.create_tags,
        denied.subject_tagged,
        may_concern_others=True,
    ),
    Operation(
        EC2,
        "DeleteTags",
        _ALL,
        tag_operations.delete_tags,
        denied.subject_tagged,
        may_concern_others=True,
    ),
)

OPERATION_OF: Final = {(each.event_source, each.event_name): each for each in OPERATIONS}
