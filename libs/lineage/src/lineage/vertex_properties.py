"""Properties of a vertex: what the state says of the resource itself."""

from typing import Any

from lineage.elements import Properties
from lineage.external_state import AccountState, ImportTaskState, StoredObjectState
from lineage.fold import StreamState
from lineage.group_state import GroupState
from lineage.image_making import Making
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.launch_template_state import LaunchTemplateState
from lineage.neighbours import find_stored_object
from lineage.parameter_state import ParameterState
from lineage.snapshot_state import SnapshotState
from lineage.summary import StreamSummary
from lineage.values import to_properties
from lineage.volume_state import VolumeState


def build_properties(state: StreamState) -> Properties:
    """Properties of the vertex; what is not known is absent."""
    fields = _common(state)
    if isinstance(state, ImageState):
        fields |= _image(state)
    elif isinstance(state, InstanceState):
        fields |= _instance(state)
    elif isinstance(state, SnapshotState):
        fields |= _snapshot(state)
    elif isinstance(state, VolumeState):
        fields |= _pick(state, "availability_zone", "size_gib", "encrypted")
    else:
        fields |= _other(state)
    return to_properties(fields)


def _pick(state: StreamSummary, *names: str) -> dict[str, Any]:
    return {name: getattr(state, name) for name in names}


def _other(state: StreamState) -> dict[str, Any]:
    if isinstance(state, LaunchTemplateState):
        return {
            "default_version": _newest(state.defaults),
            "latest_version": _newest(state.latests),
            "deleted_at": state.deleted_at,
        }
    if isinstance(state, GroupState):
        return _pick(state, "min_size", "max_size", "desired_capacity")
    if isinstance(state, ParameterState):
        return {"version": state.version}
    return _external(state)


def _external(state: StreamState) -> dict[str, Any]:
    if isinstance(state, ImportTaskState):
        sources = [each.model_dump(exclude_none=True) for each in state.sources]
        return {
            **_pick(state, "operation", "image_id", "description"),
            "snapshot_ids": list(state.snapshot_ids) or None,
            "sources": sources or None,
        }
    if isinstance(state, StoredObjectState):
        bucket, _, key = state.resource_id.partition("/")
        return {"bucket": bucket, "object_key": key}
    if isinstance(state, AccountState):
        return {**_pick(state, "email", "owner"), "path": list(state.path) or None}
    return {}


def _newest(spans: tuple[Any, ...]) -> int | None:
    """Value that still holds."""
    return spans[-1].value if spans and spans[-1].valid_to is None else None


def _common(state: StreamSummary) -> dict[str, Any]:
    owner = state.resource_id if state.kind == "account" else state.owner_account_id
    return {
        "kind": state.kind.replace("-", "_"),
        "resource_id": state.resource_id,
        "partition": state.partition,
        "region": state.region,
        "account_id": owner,
        "placeholder": not state.exists,
        "state": state.state,
        "name": state.name,
        "tags": dict(state.tags),
        "tags_complete": state.tags_complete,
        "uncertain": list(state.uncertain) or None,
        "created_at": state.created_at,
        "created_by": state.created_by,
        "event_count": state.event_count,
        "event_hash": state.event_hash,
        "first_event_at": state.first_event_at,
        "last_event_at": state.last_event_at,
    }


def _share(state: ImageState | SnapshotState) -> dict[str, Any]:
    """Who has access; an empty list only where it is known that nobody has."""
    shared = [{"kind": each.kind, "value": each.value} for each in state.shared_with]
    return {"public": state.public, "shared_with": shared if shared or state.public is not None else None}


def _image(state: ImageState) -> dict[str, Any]:
    names = (
        "description",
        "architecture",
        "owner_alias",
        "root_device_name",
        "root_device_type",
        "deprecate_at",
        "deregistration_protection",
        "last_launched_at",
    )
    marks = [{"key": each.key, "source": each.source} for each in state.watermarks]
    stored = [find_stored_object(state, each.bucket, each.object_key) for each in state.stored_copies]
    return {
        **_pick(state, *names),
        **_share(state),
        "method": _find_method(state.making, state),
        "incomplete": state.making.incomplete if state.making is not None else None,
        "product_codes": list(state.product_codes) or None,
        "watermarks": marks or None,
        "stored_in": stored or None,
    }


def _snapshot(state: SnapshotState) -> dict[str, Any]:
    uses = [
        {"operation": each.operation, "account_id": each.by_account_id, "at": each.at.isoformat()}
        for each in state.used_elsewhere
    ]
    return {
        **_pick(state, "description", "encrypted", "volume_id", "data_encryption_key_id"),
        **_share(state),
        "operation": state.making.operation if state.making is not None else None,
        "used_elsewhere": uses or None,
    }


def _find_method(making: Making | None, state: ImageState) -> str | None:
    if making is None or making.method != "register_image":
        return making.method if making is not None else None
    from_manifest = making.image_location is not None and not state.mapped_snapshots
    return "register_manifest" if from_manifest else "register_snapshot"


def _instance(state: InstanceState) -> dict[str, Any]:
    names = (
        "launched_at",
        "terminated_at",
        "instance_type",
        "private_ip",
        "public_ip",
        "instance_profile",
        "auto_scaling_group",
        "launched_by",
        "launch_template_id",
        "launch_template_version",
        "fleet_id",
        "root_device_name",
        "availability_zone",
    )
    return _pick(state, *names)
