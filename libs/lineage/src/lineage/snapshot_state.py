"""State of a snapshot stream."""

from dataclasses import dataclass
from datetime import datetime

from ami_lineage_contracts.events.payload import Payload, Principal
from ami_lineage_contracts.events.storage import (
    SnapshotBackedImage,
    SnapshotCompleted,
    SnapshotCopied,
    SnapshotCreated,
    SnapshotDeleted,
    SnapshotImported,
    SnapshotObserved,
    SnapshotRecovered,
    SnapshotSharingChanged,
    SnapshotUsedElsewhere,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged, Entry
from lineage.sharing import Sharing
from lineage.slots import Slot
from lineage.snapshot_making import SnapshotMaking, build_snapshot_making
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True)
class BackedImage:
    """An image that was said to be backed by the snapshot."""

    image_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class UseElsewhere:
    """Another account took the snapshot's data (AWS_FACTS 1.6)."""

    operation: str
    by_account_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotState(StreamSummary):
    """A snapshot as its events tell it."""

    making: SnapshotMaking | None = None
    backed_images: tuple[BackedImage, ...] = ()
    description: str | None = None
    described_by: str | None = None
    """Id of the event that gave the description."""
    observed_owner: str | None = None
    encrypted: bool | None = None
    data_encryption_key_id: str | None = None
    public: bool | None = None
    shared_with: tuple[Principal, ...] = ()
    used_elsewhere: tuple[UseElsewhere, ...] = ()
    volume_id: str | None = None
    """Volume by the record, else as observed; an observed one of a copy means nothing (AWS_FACTS 0.4)."""


def fold_snapshot(stream_id: str, ref: ResourceRef, arranged: Arranged) -> SnapshotState:
    """State of a snapshot after its events."""
    fold = _SnapshotFold()
    for entry in arranged.entries:
        fold.apply(entry)
    making = build_snapshot_making(fold.gathering.making, fold.completed)
    return SnapshotState(
        **fold.gathering.build(stream_id, ref, arranged),
        making=making,
        backed_images=tuple(fold.backed.values()),
        description=fold.description.value,
        described_by=fold.described_by,
        observed_owner=fold.gathering.observed_owner,
        encrypted=fold.encrypted.value,
        data_encryption_key_id=fold.data_encryption_key_id,
        public=fold.sharing.find_public(),
        shared_with=fold.sharing.list_principals(),
        used_elsewhere=tuple(fold.used_elsewhere),
        volume_id=(making.volume_id if making is not None else None) or fold.observed_volume_id,
    )


class _SnapshotFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.sharing = Sharing()
        self.description: Slot[str] = Slot()
        self.described_by: str | None = None
        self.encrypted: Slot[bool] = Slot()
        self.backed: dict[str, BackedImage] = {}
        self.completed: Entry | None = None
        self.used_elsewhere: list[UseElsewhere] = []
        self.data_encryption_key_id: str | None = None
        self.observed_volume_id: str | None = None

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, SnapshotCreated | SnapshotCopied | SnapshotImported):
            self._begin(payload, entry)
        elif isinstance(payload, SnapshotObserved):
            self._observe(payload, entry)
        elif not (self._change_state(payload, entry) or self._change_use(payload, entry)):
            self.gathering.retag(payload, entry)
        uncertain = self.gathering.uncertain
        (uncertain.add if self.sharing.uncertain else uncertain.discard)("sharing")

    def _change_use(self, payload: Payload, entry: Entry) -> bool:
        """Whether the payload says who uses the snapshot, or may."""
        if isinstance(payload, SnapshotBackedImage):
            if payload.image_id:
                self.backed.setdefault(payload.image_id, BackedImage(payload.image_id, entry.event_id))
        elif isinstance(payload, SnapshotSharingChanged):
            self.sharing.change(payload, entry)
        elif isinstance(payload, SnapshotUsedElsewhere):
            use = UseElsewhere(payload.operation, payload.by_account_id or None, entry.at)
            self.used_elsewhere.append(use)
        else:
            return False
        return True

    def _change_state(self, payload: Payload, entry: Entry) -> bool:
        """Whether the payload speaks of the state."""
        if isinstance(payload, SnapshotCompleted):
            self.gathering.state.set("completed" if payload.succeeded else "error", entry)
            if payload.succeeded and self.completed is None:
                self.completed = entry
        elif isinstance(payload, SnapshotDeleted):
            self.gathering.state.set("deleted", entry)
        elif isinstance(payload, SnapshotRecovered):
            self.gathering.state.set("completed", entry)
        else:
            return False
        return True

    def _begin(self, payload: SnapshotCreated | SnapshotCopied | SnapshotImported, entry: Entry) -> None:
        imported = isinstance(payload, SnapshotImported)
        self.gathering.begin(entry, payload.owner_account_id, payload.tags, "pending", all_tags=not imported)
        self.sharing.begin()
        if payload.description is not None:
            self.description.set(payload.description, entry)
            self.described_by = entry.event_id
        if not isinstance(payload, SnapshotImported) and payload.encrypted is not None:
            self.encrypted.set(payload.encrypted, entry)

    def _observe(self, payload: SnapshotObserved, entry: Entry) -> None:
        self.gathering.observe(entry, payload.owner_account_id, payload.state, payload.tags)
        self.gathering.observed_created_at = payload.started_at or self.gathering.observed_created_at
        self.observed_volume_id = payload.volume_id or self.observed_volume_id
        self.data_encryption_key_id = payload.data_encryption_key_id or self.data_encryption_key_id
        if payload.description is not None:
            self.description.observe(payload.description, entry)
            self.described_by = self.described_by or entry.event_id
        if payload.encrypted is not None:
            self.encrypted.observe(payload.encrypted, entry)
        if payload.shared_with is not None:
            self.sharing.observe_all(payload.shared_with, entry)
