"""Pure lineage: fold the events of a stream to its state, close the gaps AWS leaves, say what the graph holds."""

from lineage.closure import (
    ImageClosure,
    InstanceClosure,
    Missing,
    Parent,
    Run,
    close_image,
    close_instance,
)
from lineage.elements import ClosureFacts, EdgeFacts, StreamFacts, VertexFacts
from lineage.fold import StreamState, fold
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.projection import CLOSURE_PROPERTIES, closure_elements, project
from lineage.snapshot_state import SnapshotState
from lineage.summary import OtherState, StreamSummary
from lineage.volume_state import VolumeState

FOLD_VERSION = 1
"""Raised when the same events give another graph: a generation of another version must be rebuilt."""

__all__ = [
    "CLOSURE_PROPERTIES",
    "FOLD_VERSION",
    "ClosureFacts",
    "EdgeFacts",
    "ImageClosure",
    "ImageState",
    "InstanceClosure",
    "InstanceState",
    "Missing",
    "OtherState",
    "Parent",
    "Run",
    "SnapshotState",
    "StreamFacts",
    "StreamState",
    "StreamSummary",
    "VertexFacts",
    "VolumeState",
    "close_image",
    "close_instance",
    "closure_elements",
    "fold",
    "project",
]
