"""Fold: the events of one stream to its state. Pure, total and deterministic."""

from collections.abc import Iterable

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import parse_resource_stream
from lineage.gathering import Gathering
from lineage.image_state import ImageState, fold_image
from lineage.instance_state import InstanceState, fold_instance
from lineage.order import arrange
from lineage.snapshot_state import SnapshotState, fold_snapshot
from lineage.summary import OtherState
from lineage.volume_state import VolumeState, fold_volume

StreamState = ImageState | SnapshotState | VolumeState | InstanceState | OtherState


def fold(stream_id: str, events: Iterable[EventEnvelope]) -> StreamState:
    """State of a stream, the same for any order and repetition of its events; no events give the empty state.

    Events of unknown type, newer schema version or unreadable payload change nothing but the counts.

    Raises:
        StreamIdError: `stream_id` does not name a resource.
    """
    ref = parse_resource_stream(stream_id)
    arranged = arrange(events)
    match ref.kind:
        case "image":
            return fold_image(stream_id, ref, arranged)
        case "snapshot":
            return fold_snapshot(stream_id, ref, arranged)
        case "volume":
            return fold_volume(stream_id, ref, arranged)
        case "instance":
            return fold_instance(stream_id, ref, arranged)
        case _:
            return OtherState(**Gathering().build(stream_id, ref, arranged))
