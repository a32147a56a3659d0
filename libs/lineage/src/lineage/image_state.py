"""State of an image stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ami_lineage_contracts.events.payload import Principal
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
