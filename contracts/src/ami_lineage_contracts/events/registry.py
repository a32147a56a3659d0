"""Every event type, its version and its payload: what may be written and what readers must understand."""

from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events import decision, image, instance, payload, storage

CURRENT_VERSION: Final = 1

EVENT_TYPES: Final[dict[str, type[payload.Payload]]] = {
    "image.created": image.ImageCreated,
    "image.copied": image.ImageCopied,
    "image.registered": image.ImageRegistered,
    "image.observed": image.ImageObserved,
    "image.deregistered": image.ImageDeregistered,
    "image.state_changed": image.ImageStateChanged,
    "image.launch_permission_changed": image.ImageLaunchPermissionChanged,
    "image.attribute_changed": image.ImageAttributeChanged,
    "snapshot.created": storage.SnapshotCreated,
    "snapshot.copied": storage.SnapshotCopied,
    "snapshot.backed_image": storage.SnapshotBackedImage,
    "snapshot.deleted": storage.SnapshotDeleted,
    "snapshot.observed": storage.SnapshotObserved,
    "volume.created": storage.VolumeCreated,
    "volume.attached": storage.VolumeAttached,
    "volume.detached": storage.VolumeDetached,
    "volume.deleted": storage.VolumeDeleted,
    "volume.observed": storage.VolumeObserved,
    "instance.launched": instance.InstanceLaunched,
    "instance.state_changed": instance.InstanceStateChanged,
    "instance.volume_attached": instance.InstanceVolumeAttached,
    "instance.volume_detached": instance.InstanceVolumeDetached,
    "instance.observed": instance.InstanceObserved,
    **{f"{kind}.tagged": payload.Tagged for kind in ("image", "snapshot", "volume", "instance")},
    **{f"{kind}.untagged": payload.Untagged for kind in ("image", "snapshot", "volume", "instance")},
    **{
        f"{kind}.operation_denied": payload.OperationDenied
        for kind in ("image", "snapshot", "volume", "instance", "account")
    },
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
