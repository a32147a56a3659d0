"""State of an image stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ami_lineage_contracts.events.image import (
    ImageAttributeChanged,
    ImageCopied,
    ImageCreated,
    ImageDeregistered,
    ImageLaunchPermissionChanged,
    ImageObserved,
    ImageRegistered,
    ImageStateChanged,
)
from ami_lineage_contracts.events.payload import BlockDevice, Principal
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged, Entry
from lineage.sharing import Sharing
from lineage.slots import Slot
from lineage.summary import StreamSummary

MakingMethod = Literal["create_image", "copy_image", "register_image"]


@dataclass(frozen=True, slots=True)
class MappedSnapshot:
    """A snapshot in the image's block device mapping, and the event that says so."""

    snapshot_id: str
    device_name: str | None
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The event that made the image: acceptance only, the image may still fail (AWS_FACTS 2.4)."""

    method: MakingMethod
    event_id: str
    at: datetime
    incomplete: bool = False
    source_instance_id: str | None = None
    source_region: str | None = None
    source_image_id: str | None = None
    image_location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedSource:
    """What EC2 names as the source of the image; `source_region` None is the image's own Region."""

    event_id: str
    source_image_id: str
    source_region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageState(StreamSummary):
    """An image as its events tell it. `state` is `pending` until an event or observation says otherwise."""

    making: Making | None = None
    observed_source: ObservedSource | None = None
    observed_by: str | None = None
    """Id of the newest observation."""
    owner_alias: str | None = None
    description: str | None = None
    architecture: str | None = None
    root_device_name: str | None = None
    mapped_snapshots: tuple[MappedSnapshot, ...] = ()
    public: bool | None = None
    shared_with: tuple[Principal, ...] = ()


def fold_image(stream_id: str, ref: ResourceRef, arranged: Arranged) -> ImageState:
    """State of an image after its events."""
    fold = _ImageFold()
    for entry in arranged.entries:
        fold.apply(entry)
    making = fold.gathering.making
    fields = fold.gathering.build(stream_id, ref, arranged)
    fields["name"] = fold.name.value
    return ImageState(
        **fields,
        making=None if making is None else _build_making(making),
        observed_source=fold.source,
        observed_by=fold.observed_by,
        owner_alias=fold.owner_alias,
        description=fold.description.value,
        architecture=fold.architecture.value,
        root_device_name=fold.root_device.value,
        mapped_snapshots=tuple(fold.mapped.values()),
        public=fold.sharing.find_public(),
        shared_with=fold.sharing.list_principals(),
    )


class _ImageFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.sharing = Sharing()
        self.name: Slot[str] = Slot()
        self.description: Slot[str] = Slot()
        self.architecture: Slot[str] = Slot()
        self.root_device: Slot[str] = Slot()
        self.mapped: dict[tuple[str, str | None], MappedSnapshot] = {}
        self.source: ObservedSource | None = None
        self.observed_by: str | None = None
        self.owner_alias: str | None = None

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, ImageCreated | ImageCopied | ImageRegistered):
            self._begin(payload, entry)
        elif isinstance(payload, ImageObserved):
            self._observe(payload, entry)
        elif isinstance(payload, ImageStateChanged):
            self.gathering.state.set(payload.state, entry)
            if payload.state == "disabled":
                self.sharing.revoke_all(entry)
        elif isinstance(payload, ImageDeregistered):
            self.gathering.state.set("deregistered", entry)
        elif isinstance(payload, ImageLaunchPermissionChanged):
            self.sharing.change(payload, entry)
        elif isinstance(payload, ImageAttributeChanged):
            if payload.attribute == "description":
                self.description.set(payload.value, entry)
        else:
            self.gathering.retag(payload, entry)
        if self.sharing.uncertain:
            self.gathering.uncertain.add("sharing")
        else:
            self.gathering.uncertain.discard("sharing")

    def _begin(self, payload: ImageCreated | ImageCopied | ImageRegistered, entry: Entry) -> None:
        takes_tags_along = isinstance(payload, ImageCopied) and payload.copies_tags is True
        self.gathering.begin(
            entry, payload.owner_account_id, payload.tags, "pending", all_tags=not takes_tags_along
        )
        self.sharing.begin()
        _begin_slot(self.name, payload.name, entry)
        _begin_slot(self.description, payload.description, entry)
        if isinstance(payload, ImageRegistered):
            _begin_slot(self.architecture, payload.architecture, entry)
            _begin_slot(self.root_device, payload.root_device_name, entry)
        if not isinstance(payload, ImageCopied):
            self._map(payload.block_devices, entry)

    def _observe(self, payload: ImageObserved, entry: Entry) -> None:
        self.gathering.observe(entry, payload.owner_account_id, payload.state, payload.tags)
        self.gathering.observed_created_at = payload.created_at or self.gathering.observed_created_at
        self.observed_by = entry.event_id
        self.owner_alias = payload.owner_alias or self.owner_alias
        for slot, value in (
            (self.name, payload.name),
            (self.description, payload.description),
            (self.architecture, payload.architecture),
            (self.root_device, payload.root_device_name),
        ):
            if value is not None:
                slot.observe(value, entry)
        if payload.public is not None:
            self.sharing.observe_public(entry, public=payload.public)
        if payload.source_image_id and self.source is None:
            self.source = ObservedSource(
                event_id=entry.event_id,
                source_image_id=payload.source_image_id,
                source_region=payload.source_image_region or None,
            )
        self._map(payload.block_devices, entry)

    def _map(self, devices: tuple[BlockDevice, ...], entry: Entry) -> None:
        for device in devices:
            if device.snapshot_id:
                key = (device.snapshot_id, device.device_name or None)
                self.mapped.setdefault(key, MappedSnapshot(*key, entry.event_id))


def _begin_slot(slot: Slot[str], value: str | None, entry: Entry) -> None:
    if value is not None and slot.value is None:
        slot.set(value, entry)


def _build_making(entry: Entry) -> Making:
    payload = entry.payload
    incomplete = payload.incomplete
    if isinstance(payload, ImageCreated):
        return Making(
            method="create_image",
            event_id=entry.event_id,
            at=entry.at,
            incomplete=incomplete,
            source_instance_id=payload.source_instance_id or None,
        )
    if isinstance(payload, ImageCopied):
        return Making(
            method="copy_image",
            event_id=entry.event_id,
            at=entry.at,
            incomplete=incomplete,
            source_region=payload.source_region or None,
            source_image_id=payload.source_image_id or None,
        )
    location = payload.image_location if isinstance(payload, ImageRegistered) else None
    return Making(
        method="register_image",
        event_id=entry.event_id,
        at=entry.at,
        incomplete=incomplete,
        image_location=location or None,
    )
