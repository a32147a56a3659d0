"""Fold: the events of one stream to its state. Pure, total and deterministic."""

from collections.abc import Callable, Iterable
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import ResourceRef, parse_resource_stream
from lineage.external_state import (
    AccountState,
    ImportTaskState,
    StoredObjectState,
    fold_account,
    fold_import_task,
    fold_stored_object,
)
from lineage.fixed_state import FixedState, fold_fixed
from lineage.group_state import GroupState, fold_group
from lineage.image_state import ImageState, fold_image
from lineage.instance_state import InstanceState, fold_instance
from lineage.launch_template_state import LaunchTemplateState, fold_launch_template
from lineage.order import Arranged, arrange
from lineage.parameter_state import ParameterState, fold_parameter
from lineage.snapshot_state import SnapshotState, fold_snapshot
from lineage.volume_state import VolumeState, fold_volume

StreamState = (
    ImageState
    | SnapshotState
    | VolumeState
    | InstanceState
    | LaunchTemplateState
    | GroupState
    | FixedState
    | ParameterState
    | StoredObjectState
    | ImportTaskState
    | AccountState
)

_FOLDS: Final[dict[str, Callable[[str, ResourceRef, Arranged], StreamState]]] = {
    "image": fold_image,
    "snapshot": fold_snapshot,
    "volume": fold_volume,
    "instance": fold_instance,
    "launch-template": fold_launch_template,
    "auto-scaling-group": fold_group,
    "launch-configuration": fold_fixed,
    "image-recipe": fold_fixed,
    "parameter": fold_parameter,
    "stored-object": fold_stored_object,
    "import-task": fold_import_task,
    "account": fold_account,
}


def fold(stream_id: str, events: Iterable[EventEnvelope]) -> StreamState:
    """State of a stream, the same for any order and repetition of its events; no events give the empty state.

    Events of unknown type, newer schema version or unreadable payload change nothing but the counts.

    Raises:
        StreamIdError: `stream_id` does not name a resource.
    """
    ref = parse_resource_stream(stream_id)
    return _FOLDS[ref.kind](stream_id, ref, arrange(events))
