"""Pure lineage: fold the events of a stream to its state, close the gaps AWS leaves, say what the graph holds."""

from lineage.closure import (
    GroupClosure,
    ImageClosure,
    InstanceClosure,
    Launch,
    Missing,
    Parent,
    Run,
    UnknownLaunch,
    close_group,
    close_image,
    close_instance,
)
from lineage.elements import ClosureFacts, EdgeFacts, StreamFacts, VertexFacts
from lineage.external_state import AccountState, ImportTaskState, StoredObjectState
from lineage.fixed_state import FixedState
from lineage.fold import StreamState, fold
from lineage.group_state import GroupState
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.launch_template_state import LaunchTemplateState
from lineage.parameter_state import ParameterState
from lineage.projection import CLOSURE_PROPERTIES, closure_elements, project
from lineage.snapshot_state import SnapshotState
from lineage.summary import StreamSummary
from lineage.volume_state import VolumeState

FOLD_VERSION = 2
"""Raised when the same events give another graph: a generation of another version must be rebuilt."""

__all__ = [
    "CLOSURE_PROPERTIES",
    "FOLD_VERSION",
    "AccountState",
    "ClosureFacts",
    "EdgeFacts",
    "FixedState",
    "GroupClosure",
    "GroupState",
    "ImageClosure",
    "ImageState",
    "ImportTaskState",
    "InstanceClosure",
    "InstanceState",
    "Launch",
    "LaunchTemplateState",
    "Missing",
    "ParameterState",
    "Parent",
    "Run",
    "SnapshotState",
    "StoredObjectState",
    "StreamFacts",
    "StreamState",
    "StreamSummary",
    "UnknownLaunch",
    "VertexFacts",
    "VolumeState",
    "close_group",
    "close_image",
    "close_instance",
    "closure_elements",
    "fold",
    "project",
]
