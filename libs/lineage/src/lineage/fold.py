"""Fold: the events of one stream to its state. Pure, total and deterministic."""

from collections.abc import Iterable

from ami_lineage_contracts.envelope import EventEnvelope
from lineage.image_state import ImageState
from lineage.instance_state import InstanceState
from lineage.snapshot_state import SnapshotState
from lineage.summary import OtherState
from lineage.volume_state import VolumeState

StreamState = ImageState | SnapshotState | VolumeState | InstanceState | OtherState


def fold(stream_id: str, events: Iterable[EventEnvelope]) -> StreamState:
    """State of a stream, the same for any order and repetition of its events; no events give the empty state.

    Events of unknown type, newer schema version or unreadable payload change nothing but the counts.

    Raises:
        StreamIdError: `stream_id` does not name a resource.
    """
    raise NotImplementedError
