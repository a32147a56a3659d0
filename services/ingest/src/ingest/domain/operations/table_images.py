"""The calls about images."""

from typing import Final

from ingest.domain.operations import image_making as making
from ingest.domain.operations import image_sharing as sharing
from ingest.domain.operations import image_state as state
from ingest.domain.operations import image_storing as storing
from ingest.domain.operations import imports, subjects
from ingest.domain.operations.operation import EC2, Operation

_IMAGE: Final = ("image",)

IMAGE_OPERATIONS: Final = (
    Operation(EC2, "CreateImage", _IMAGE, making.create_image, subjects.instances),
    Operation(EC2, "CopyImage", _IMAGE, making.copy_image, subjects.source_image),
    Operation(EC2, "RegisterImage", ("image", "snapshot"), making.register_image, subjects.mapped_snapshots),
    Operation(
        EC2,
        "CreateStoreImageTask",
        ("image", "stored-object"),
        storing.create_store_image_task,
        subjects.image,
    ),
    Operation(EC2, "CreateRestoreImageTask", _IMAGE, storing.create_restore_image_task, subjects.no_subject),
    Operation(
        EC2, "ImportImage", ("import-task", "image"), imports.import_image, subjects.imported_snapshots
    ),
    Operation(EC2, "DeregisterImage", ("image", "snapshot"), state.deregister_image, subjects.image),
    Operation(
        EC2, "RestoreImageFromRecycleBin", _IMAGE, state.restore_image_from_recycle_bin, subjects.image
    ),
    Operation(EC2, "DisableImage", _IMAGE, state.disable_image, subjects.image),
    Operation(EC2, "EnableImage", _IMAGE, state.enable_image, subjects.image),
    Operation(EC2, "EnableImageDeprecation", _IMAGE, state.enable_image_deprecation, subjects.image),
    Operation(EC2, "DisableImageDeprecation", _IMAGE, state.disable_image_deprecation, subjects.image),
    Operation(
        EC2,
        "EnableImageDeregistrationProtection",
        _IMAGE,
        state.enable_image_deregistration_protection,
        subjects.image,
    ),
    Operation(
        EC2,
        "DisableImageDeregistrationProtection",
        _IMAGE,
        state.disable_image_deregistration_protection,
        subjects.image,
    ),
    Operation(EC2, "AttachImageWatermark", _IMAGE, state.attach_image_watermark, subjects.image),
    Operation(EC2, "DetachImageWatermark", _IMAGE, state.detach_image_watermark, subjects.image),
    Operation(EC2, "ModifyImageAttribute", _IMAGE, sharing.modify_image_attribute, subjects.image),
    Operation(EC2, "ResetImageAttribute", _IMAGE, sharing.reset_image_attribute, subjects.image),
    Operation(
        EC2, "CancelImageLaunchPermission", _IMAGE, sharing.cancel_image_launch_permission, subjects.image
    ),
)
