"""Properties of a vertex: what the state says of the resource itself."""

from typing import Any

from lineage.elements import Properties
from lineage.fold import StreamState
from lineage.image_state import ImageState, Making
from lineage.instance_state import InstanceState
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
        fields |= {
            "description": state.description,
            "encrypted": state.encrypted,
            "volume_id": state.volume_id,
        }
    elif isinstance(state, VolumeState):
        fields |= {
            "availability_zone": state.availability_zone,
            "size_gib": state.size_gib,
            "encrypted": state.encrypted,
        }
    return to_properties(fields)


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


def _image(state: ImageState) -> dict[str, Any]:
    shared = [{"kind": each.kind, "value": each.value} for each in state.shared_with]
    return {
        "description": state.description,
        "architecture": state.architecture,
        "owner_alias": state.owner_alias,
        "public": state.public,
        "shared_with": shared if shared or state.public is not None else None,
        "method": _find_method(state.making, state),
        "root_device_name": state.root_device_name,
        "incomplete": state.making.incomplete if state.making is not None else None,
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
        "root_device_name",
        "availability_zone",
    )
    return {name: getattr(state, name) for name in names}
