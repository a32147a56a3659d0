"""State of a snapshot stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ami_lineage_contracts.events.storage import (
    SnapshotBackedImage,
    SnapshotCopied,
    SnapshotCreated,
    SnapshotDeleted,
    SnapshotObserved,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged, Entry
from lineage.slots import Slot
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


def fold_snapshot(stream_id: str, ref: ResourceRef, arranged: Arranged) -> SnapshotState:
    """State of a snapshot after its events."""
    fold = _SnapshotFold()
    for entry in arranged.entries:
        fold.apply(entry)
    entry_of_making = fold.gathering.making
    making = None if entry_of_making is None else _build_making(entry_of_making)
    return SnapshotState(
        **fold.gathering.build(stream_id, ref, arranged),
        making=making,
        backed_images=tuple(fold.backed.values()),
        description=fold.description.value,
        encrypted=fold.encrypted.value,
        volume_id=(making.volume_id if making is not None else None) or fold.observed_volume_id,
    )


class _SnapshotFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.description: Slot[str] = Slot()
        self.encrypted: Slot[bool] = Slot()
        self.backed: dict[str, BackedImage] = {}
        self.observed_volume_id: str | None = None

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, SnapshotCreated | SnapshotCopied):
            self.gathering.begin(entry, payload.owner_account_id, payload.tags, "pending", all_tags=True)
            if payload.description is not None:
                self.description.set(payload.description, entry)
            if payload.encrypted is not None:
                self.encrypted.set(payload.encrypted, entry)
        elif isinstance(payload, SnapshotBackedImage):
            if payload.image_id:
                self.backed.setdefault(payload.image_id, BackedImage(payload.image_id, entry.event_id))
        elif isinstance(payload, SnapshotDeleted):
            self.gathering.state.set("deleted", entry)
        elif isinstance(payload, SnapshotObserved):
            self._observe(payload, entry)
        else:
            self.gathering.retag(payload, entry)

    def _observe(self, payload: SnapshotObserved, entry: Entry) -> None:
        self.gathering.observe(entry, payload.owner_account_id, payload.state, payload.tags)
        self.gathering.observed_created_at = payload.started_at or self.gathering.observed_created_at
        self.observed_volume_id = payload.volume_id or self.observed_volume_id
        if payload.description is not None:
            self.description.observe(payload.description, entry)
        if payload.encrypted is not None:
            self.encrypted.observe(payload.encrypted, entry)


def _build_making(entry: Entry) -> SnapshotMaking:
    payload = entry.payload
    if isinstance(payload, SnapshotCreated):
        of_instance = payload.operation == "create_snapshots"
        return SnapshotMaking(
            operation=payload.operation,
            event_id=entry.event_id,
            at=entry.at,
            volume_id=payload.volume_id or None,
            instance_id=(payload.instance_id or None) if of_instance else None,
            holds_every_volume=of_instance and payload.set_size == 1 and not payload.boot_volume_excluded,
        )
    copied = payload if isinstance(payload, SnapshotCopied) else None
    return SnapshotMaking(
        operation="copy_snapshot",
        event_id=entry.event_id,
        at=entry.at,
        source_region=(copied.source_region or None) if copied else None,
        source_snapshot_id=(copied.source_snapshot_id or None) if copied else None,
    )
