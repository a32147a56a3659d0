"""State of a volume stream."""

from dataclasses import dataclass
from datetime import datetime

from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeOrigin:
    """What the volume began as: a snapshot, or blank (`snapshot_id` None and not `incomplete`)."""

    event_id: str
    snapshot_id: str | None
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
