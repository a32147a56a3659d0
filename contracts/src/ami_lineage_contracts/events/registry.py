"""Every event type, its version and its payload: what may be written and what readers must understand."""

from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events import (
    coverage,
    decision,
    external,
    image,
    instance,
    payload,
    reference,
    storage,
)

CURRENT_VERSION: Final = 1

TAGGED_KINDS: Final = (
    "image",
    "snapshot",
    "volume",
    "instance",
    "launch_template",
    "auto_scaling_group",
    "import_task",
)
DENIED_KINDS: Final = (*TAGGED_KINDS, "launch_configuration", "parameter", "image_recipe", "account")

EVENT_TYPES: Final[dict[str, type[payload.Payload]]] = {
    "image.created": image.ImageCreated,
    "image.copied": image.ImageCopied,
    "image.registered": image.ImageRegistered,
    "image.restored": image.ImageRestored,
    "image.imported": image.ImageImported,
    "image.stored": image.ImageStored,
    "image.observed": image.ImageObserved,
    "image.deregistered": image.ImageDeregistered,
    "image.state_changed": image.ImageStateChanged,
    "image.recovered": image.ImageRecovered,
    "image.disabled": image.ImageDisabled,
    "image.enabled": image.ImageEnabled,
    "image.deprecation_changed": image.ImageDeprecationChanged,
    "image.deregistration_protection_changed": image.ImageDeregistrationProtectionChanged,
    "image.watermark_attached": image.ImageWatermarkAttached,
    "image.watermark_detached": image.ImageWatermarkDetached,
    "image.launch_permission_changed": image.ImageLaunchPermissionChanged,
    "image.attribute_changed": image.ImageAttributeChanged,
    "snapshot.created": storage.SnapshotCreated,
    "snapshot.copied": storage.SnapshotCopied,
    "snapshot.imported": storage.SnapshotImported,
    "snapshot.completed": storage.SnapshotCompleted,
    "snapshot.sharing_changed": storage.SnapshotSharingChanged,
    "snapshot.recovered": storage.SnapshotRecovered,
    "snapshot.used_elsewhere": storage.SnapshotUsedElsewhere,
    "snapshot.backed_image": storage.SnapshotBackedImage,
    "snapshot.deleted": storage.SnapshotDeleted,
    "snapshot.observed": storage.SnapshotObserved,
    "volume.created": storage.VolumeCreated,
    "volume.attached": storage.VolumeAttached,
    "volume.detached": storage.VolumeDetached,
    "volume.deleted": storage.VolumeDeleted,
    "volume.observed": storage.VolumeObserved,
    "instance.launched": instance.InstanceLaunched,
    "instance.fleet_launched": instance.InstanceFleetLaunched,
    "instance.group_changed": instance.InstanceGroupChanged,
    "instance.root_volume_replaced": instance.InstanceRootVolumeReplaced,
    "instance.state_changed": instance.InstanceStateChanged,
    "instance.volume_attached": instance.InstanceVolumeAttached,
    "instance.volume_detached": instance.InstanceVolumeDetached,
    "instance.observed": instance.InstanceObserved,
    "launch_template.created": reference.LaunchTemplateCreated,
    "launch_template.version_created": reference.LaunchTemplateVersionCreated,
    "launch_template.versions_deleted": reference.LaunchTemplateVersionsDeleted,
    "launch_template.default_version_changed": reference.LaunchTemplateDefaultVersionChanged,
    "launch_template.deleted": reference.LaunchTemplateDeleted,
    "launch_template.observed": reference.LaunchTemplateObserved,
    "auto_scaling_group.created": reference.AutoScalingGroupCreated,
    "auto_scaling_group.updated": reference.AutoScalingGroupUpdated,
    "auto_scaling_group.deleted": reference.AutoScalingGroupDeleted,
    "auto_scaling_group.observed": reference.AutoScalingGroupObserved,
    "launch_configuration.created": reference.LaunchConfigurationCreated,
    "launch_configuration.deleted": reference.LaunchConfigurationDeleted,
    "launch_configuration.observed": reference.LaunchConfigurationObserved,
    "parameter.set": reference.ParameterSet,
    "parameter.labelled": reference.ParameterLabelled,
    "parameter.unlabelled": reference.ParameterUnlabelled,
    "parameter.deleted": reference.ParameterDeleted,
    "parameter.observed": reference.ParameterObserved,
    "image_recipe.created": reference.ImageRecipeCreated,
    "image_recipe.deleted": reference.ImageRecipeDeleted,
    "image_recipe.observed": reference.ImageRecipeObserved,
    "stored_object.written": external.StoredObjectWritten,
    "import_task.started": external.ImportTaskStarted,
    "import_task.observed": external.ImportTaskObserved,
    "account.observed": coverage.AccountObserved,
    "coverage.scan_completed": coverage.ScanCompleted,
    "coverage.gap_detected": coverage.GapDetected,
    "coverage.gap_closed": coverage.GapClosed,
    "coverage.canary_seen": coverage.CanarySeen,
    **{f"{kind}.tagged": payload.Tagged for kind in TAGGED_KINDS},
    **{f"{kind}.untagged": payload.Untagged for kind in TAGGED_KINDS},
    **{f"{kind}.operation_denied": payload.OperationDenied for kind in DENIED_KINDS},
    "policy.activated": decision.PolicyActivated,
    "compliance.changed": decision.ComplianceChanged,
}


class UnknownEventTypeError(LookupError):
    """An event type or version that this code does not know; deploy a newer reader, or ignore it."""


def read_payload(event: EventEnvelope) -> payload.Payload:
    """Typed payload of an event.

    Raises:
        UnknownEventTypeError: written by newer code; folds ignore such events.
    """
    model = EVENT_TYPES.get(event.event_type)
    if model is None or event.schema_version > CURRENT_VERSION:
        raise UnknownEventTypeError(f"{event.event_type} version {event.schema_version}")
    return model.model_validate(event.data)
