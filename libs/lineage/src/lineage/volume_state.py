"""State of a volume stream."""

from dataclasses import dataclass, replace
from datetime import datetime

from ami_lineage_contracts.events.storage import (
    VolumeAttached,
    VolumeCreated,
    VolumeDeleted,
    VolumeDetached,
    VolumeObserved,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged, Entry
from lineage.slots import Slot, is_settled
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeOrigin:
    """What the volume began as: a snapshot, another volume, or blank (neither is named, not `incomplete`)."""

    event_id: str
    snapshot_id: str | None
    source_volume_id: str | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeAttachment:
    """A time on an instance. `event_id` opened it, `ended_by` closed it.

    `observed_at` is set where no record but an observation opened it; `attached_at` is then EC2's attach time.
    """

    instance_id: str
    device_name: str | None
    event_id: str
    attached_at: datetime | None = None
    detached_at: datetime | None = None
    ended_by: str | None = None
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeState(StreamSummary):
    """A volume as its events tell it."""

    recorded_origin: VolumeOrigin | None = None
    observed_origin: VolumeOrigin | None = None
    attachments: tuple[VolumeAttachment, ...] = ()
    availability_zone: str | None = None
    size_gib: int | None = None
    encrypted: bool | None = None


def fold_volume(stream_id: str, ref: ResourceRef, arranged: Arranged) -> VolumeState:
    """State of a volume after its events."""
    fold = _VolumeFold()
    for entry in arranged.entries:
        fold.apply(entry)
    making = fold.gathering.making
    created = making.payload if making is not None and isinstance(making.payload, VolumeCreated) else None
    origin = None
    if making is not None and created is not None:
        origin = VolumeOrigin(
            event_id=making.event_id,
            snapshot_id=created.snapshot_id or None,
            source_volume_id=created.source_volume_id or None,
            incomplete=created.incomplete,
        )
    return VolumeState(
        **fold.gathering.build(stream_id, ref, arranged),
        recorded_origin=origin,
        observed_origin=fold.observed_origin,
        attachments=tuple(fold.attachments),
        availability_zone=created.availability_zone if created is not None else None,
        size_gib=created.size_gib if created is not None else None,
        encrypted=created.encrypted if created is not None else None,
    )


class _VolumeFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.observed_origin: VolumeOrigin | None = None
        self.attachments: list[VolumeAttachment] = []
        self.changed: Slot[str] = Slot()
        self.changed_at: dict[str, datetime] = {}

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, VolumeCreated):
            self.gathering.begin(entry, payload.owner_account_id, payload.tags, "creating", all_tags=True)
        elif isinstance(payload, VolumeAttached):
            self._close(payload.instance_id, entry)
            self._open(payload.instance_id, payload.device_name, entry)
            self._note("in-use", payload.instance_id, entry)
        elif isinstance(payload, VolumeDetached):
            self._detach(payload, entry)
        elif isinstance(payload, VolumeDeleted):
            self._close(None, entry)
            self.gathering.state.set("deleted", entry)
        elif isinstance(payload, VolumeObserved):
            self._observe(payload, entry)
        else:
            self.gathering.retag(payload, entry)

    def _note(self, state: str, instance_id: str | None, entry: Entry) -> None:
        self.gathering.state.set(state, entry)
        self.changed.set(f"{state} {instance_id}", entry)
        if self.changed.uncertain:
            self.gathering.uncertain.add("attachments")
        else:
            self.gathering.uncertain.discard("attachments")
        if instance_id is not None:
            self.changed_at[instance_id] = entry.at

    def _open(self, instance_id: str, device_name: str | None, entry: Entry) -> None:
        if instance_id:
            self.attachments.append(
                VolumeAttachment(
                    instance_id=instance_id,
                    device_name=device_name or None,
                    event_id=entry.event_id,
                    attached_at=entry.at,
                )
            )

    def _close(self, instance_id: str | None, entry: Entry) -> list[str]:
        """End what is open on an instance, or on every instance; the instances where there was anything."""
        closed = []
        for number, each in enumerate(self.attachments):
            if each.detached_at is None and instance_id in (None, each.instance_id):
                self.attachments[number] = replace(each, detached_at=entry.at, ended_by=entry.event_id)
                closed.append(each.instance_id)
        return closed

    def _detach(self, payload: VolumeDetached, entry: Entry) -> None:
        instance_id = payload.instance_id or None
        closed = self._close(instance_id, entry)
        self.changed_at.update(dict.fromkeys(closed, entry.at))
        if not closed and instance_id is not None:
            self.attachments.append(
                VolumeAttachment(
                    instance_id=instance_id,
                    device_name=payload.device_name or None,
                    event_id=entry.event_id,
                    detached_at=entry.at,
                    ended_by=entry.event_id,
                )
            )
        self._note("available", instance_id, entry)

    def _observe(self, payload: VolumeObserved, entry: Entry) -> None:
        self.gathering.observe(entry, payload.owner_account_id, payload.state, payload.tags)
        self.gathering.observed_created_at = payload.created_at or self.gathering.observed_created_at
        if self.observed_origin is None or (self.observed_origin.incomplete and not payload.incomplete):
            self.observed_origin = VolumeOrigin(
                event_id=entry.event_id,
                snapshot_id=payload.snapshot_id or None,
                incomplete=payload.incomplete,
            )
        seen = {each.instance_id: each for each in payload.attachments if each.instance_id}
        is_open = {each.instance_id for each in self.attachments if each.detached_at is None}
        for instance_id in sorted({*seen, *is_open}):
            changed_at = self.changed_at.get(instance_id)
            if changed_at is not None and not is_settled(changed_at, entry.at):
                continue
            if instance_id not in seen:
                if not payload.incomplete:
                    self._close(instance_id, entry)
            elif instance_id not in is_open:
                attachment = seen[instance_id]
                self.attachments.append(
                    VolumeAttachment(
                        instance_id=instance_id,
                        device_name=attachment.device_name or None,
                        event_id=entry.event_id,
                        attached_at=attachment.attached_at,
                        observed_at=entry.at,
                    )
                )
