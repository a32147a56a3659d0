"""State of a snapshot stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMaking:
    """The event that made the snapshot."""

    operation: Literal["create_snapshot", "create_snapshots", "copy_snapshot"]
    event_id: str
    at: datetime
    volume_id: str | None = None
    instance_id: str | None = None
    holds_every_volume: bool = False
    """CreateSnapshots made this one alone and left the boot volume in: it is the root volume's."""
    source_region: str | None = None
    source_snapshot_id: str | None = None


@dataclass(frozen=True, slots=True)
class BackedImage:
    """An image that was said to be backed by the snapshot."""

    image_id: str
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotState(StreamSummary):
    """A snapshot as its events tell it."""

    making: SnapshotMaking | None = None
    backed_images: tuple[BackedImage, ...] = ()
    description: str | None = None
    encrypted: bool | None = None
    volume_id: str | None = None
    """Volume by the record, else as observed; an observed one of a copy means nothing (AWS_FACTS 0.4)."""
