"""State of an image stream."""

from dataclasses import dataclass
from datetime import datetime

from ami_lineage_contracts.events.image import (
    ImageAttributeChanged,
    ImageCopied,
    ImageCreated,
    ImageDeprecationChanged,
    ImageDeregistered,
    ImageDeregistrationProtectionChanged,
    ImageDisabled,
    ImageEnabled,
    ImageImported,
    ImageLaunchPermissionChanged,
    ImageObserved,
    ImageRecovered,
    ImageRegistered,
    ImageRestored,
    ImageStateChanged,
    ImageStored,
    ImageWatermarkAttached,
    ImageWatermarkDetached,
)
from ami_lineage_contracts.events.payload import BlockDevice, Payload, Principal
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.image_claims import Claims, ObservedSource, Statement, WatermarkState
from lineage.image_making import Making, MakingPayload, build_making
from lineage.order import Arranged, Entry
from lineage.sharing import Sharing
from lineage.slots import Slot
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True)
class MappedSnapshot:
    """A snapshot in the image's block device mapping, and the event that says so."""

    snapshot_id: str
    device_name: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """An object of S3 to which the image was written."""

    bucket: str
    object_key: str
    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageState(StreamSummary):
    """An image as its events tell it. `state` is `pending` until an event or observation says otherwise."""

    making: Making | None = None
    observed_source: ObservedSource | None = None
    statements: tuple[Statement, ...] = ()
    """What AWS's ancestry of this image says about the images above it."""
    watermarks: tuple[WatermarkState, ...] = ()
    stored_copies: tuple[StoredCopy, ...] = ()
    observed_by: str | None = None
    """Id of the newest observation."""
    owner_alias: str | None = None
    description: str | None = None
    architecture: str | None = None
    root_device_name: str | None = None
    root_device_type: str | None = None
    deprecate_at: datetime | None = None
    deregistration_protection: str | None = None
    last_launched_at: datetime | None = None
    product_codes: tuple[str, ...] = ()
    mapped_snapshots: tuple[MappedSnapshot, ...] = ()
    public: bool | None = None
    shared_with: tuple[Principal, ...] = ()


def fold_image(stream_id: str, ref: ResourceRef, arranged: Arranged) -> ImageState:
    """State of an image after its events."""
    fold = _ImageFold(Claims(stream_id, ref.partition, ref.region or "", ref.resource_id))
    for entry in arranged.entries:
        fold.apply(entry)
    making = fold.gathering.making
    fields = fold.gathering.build(stream_id, ref, arranged)
    fields["name"] = fold.name.value
    return ImageState(
        **fields,
        making=None if making is None else build_making(making),
        observed_source=fold.claims.source,
        statements=tuple(fold.claims.statements.values()),
        watermarks=tuple(fold.claims.watermarks.values()),
        stored_copies=tuple(fold.stored_copies),
        observed_by=fold.observed_by,
        owner_alias=fold.owner_alias,
        description=fold.description.value,
        architecture=fold.architecture.value,
        root_device_name=fold.root_device.value,
        root_device_type=fold.root_device_type,
        deprecate_at=fold.deprecate_at.value,
        deregistration_protection=fold.protection.value,
        last_launched_at=fold.last_launched_at,
        product_codes=fold.product_codes,
        mapped_snapshots=tuple(fold.mapped.values()),
        public=fold.sharing.find_public(),
        shared_with=fold.sharing.list_principals(),
    )


class _ImageFold:
    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.gathering = Gathering()
        self.sharing = Sharing()
        self.name: Slot[str] = Slot()
        self.description: Slot[str] = Slot()
        self.architecture: Slot[str] = Slot()
        self.root_device: Slot[str] = Slot()
        self.mapped: dict[tuple[str, str | None], MappedSnapshot] = {}
        self.deprecate_at: Slot[datetime] = Slot()
        self.protection: Slot[str] = Slot()
        self.stored_copies: list[StoredCopy] = []
        self.root_device_type: str | None = None
        self.last_launched_at: datetime | None = None
        self.product_codes: tuple[str, ...] = ()
        self.observed_by: str | None = None
        self.owner_alias: str | None = None

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, MakingPayload):
            self._begin(payload, entry)
        elif isinstance(payload, ImageObserved):
            self._observe(payload, entry)
        elif isinstance(payload, ImageLaunchPermissionChanged):
            self.sharing.change(payload, entry)
        elif not (self._change_state(payload, entry) or self._change_attribute(payload, entry)):
            self.gathering.retag(payload, entry)
        for name, uncertain in (
            ("sharing", self.sharing.uncertain),
            ("deprecate_at", self.deprecate_at.uncertain),
            ("deregistration_protection", self.protection.uncertain),
        ):
            (self.gathering.uncertain.add if uncertain else self.gathering.uncertain.discard)(name)

    def _change_state(self, payload: Payload, entry: Entry) -> bool:
        """Whether the payload speaks of the state; what disables an image takes all sharing for good."""
        if isinstance(payload, ImageStateChanged):
            state = payload.state
        elif isinstance(payload, ImageDisabled):
            state = "disabled"
        elif isinstance(payload, ImageEnabled | ImageRecovered):
            state = "available"
        elif isinstance(payload, ImageDeregistered):
            state = "deregistered"
        else:
            return False
        self.gathering.state.set(state, entry)
        if state == "disabled":
            self.sharing.revoke_all(entry)
        return True

    def _change_attribute(self, payload: Payload, entry: Entry) -> bool:
        """Whether the payload speaks of another attribute."""
        if isinstance(payload, ImageAttributeChanged):
            if payload.attribute == "description":
                self.description.set(payload.value, entry)
        elif isinstance(payload, ImageDeprecationChanged):
            self.deprecate_at.set(payload.deprecate_at, entry)
        elif isinstance(payload, ImageDeregistrationProtectionChanged):
            cooldown = "enabled-with-cooldown" if payload.with_cooldown else "enabled"
            self.protection.set(cooldown if payload.enabled else "disabled", entry)
        elif isinstance(payload, ImageWatermarkAttached):
            self.claims.attach(payload.key, entry)
        elif isinstance(payload, ImageWatermarkDetached):
            self.claims.detach(payload.key)
        elif isinstance(payload, ImageStored):
            if payload.bucket and payload.object_key:
                copy = StoredCopy(payload.bucket, payload.object_key, entry.at, entry.event_id)
                self.stored_copies.append(copy)
        else:
            return False
        return True

    def _begin(self, payload: MakingPayload, entry: Entry) -> None:
        # A stored object keeps tags, an import's end is told without them (AWS_FACTS 1.1).
        takes_tags_along = isinstance(payload, ImageRestored | ImageImported) or (
            isinstance(payload, ImageCopied) and payload.copies_tags is True
        )
        self.gathering.begin(
            entry, payload.owner_account_id, payload.tags, "pending", all_tags=not takes_tags_along
        )
        self.sharing.begin()
        _begin_slot(self.name, payload.name, entry)
        if not isinstance(payload, ImageRestored):
            _begin_slot(self.description, payload.description, entry)
        if isinstance(payload, ImageRegistered | ImageImported):
            _begin_slot(self.architecture, payload.architecture, entry)
        if isinstance(payload, ImageRegistered):
            _begin_slot(self.root_device, payload.root_device_name, entry)
        if isinstance(payload, ImageCreated | ImageRegistered):
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
        if payload.shared_with is not None:
            self.sharing.observe_all(payload.shared_with, entry)
        elif payload.public is not None:
            self.sharing.observe_public(entry, public=payload.public)
        if payload.deprecate_at is not None:
            self.deprecate_at.observe(payload.deprecate_at, entry)
        if payload.deregistration_protection is not None:
            self.protection.observe(payload.deregistration_protection, entry)
        self.root_device_type = payload.root_device_type or self.root_device_type
        self.last_launched_at = payload.last_launched_at or self.last_launched_at
        self.product_codes = payload.product_codes or self.product_codes
        self.claims.observe(payload, entry)
        self._map(payload.block_devices, entry)

    def _map(self, devices: tuple[BlockDevice, ...], entry: Entry) -> None:
        for device in devices:
            if device.snapshot_id:
                key = (device.snapshot_id, device.device_name or None)
                self.mapped.setdefault(key, MappedSnapshot(*key, entry.event_id))


def _begin_slot(slot: Slot[str], value: str | None, entry: Entry) -> None:
    if value is not None and slot.value is None:
        slot.set(value, entry)
