"""State of an instance stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from lineage.summary import StreamSummary

USUAL_ROOT_DEVICES: Final = ("/dev/sda1", "/dev/xvda")
"""Root devices of nearly all images, where neither launch nor observation names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootChange:
    """What is at the root device from `at` on, until the next change.

    `launched`: the launch image (`image_id` None: the record does not say). `attached`: a volume.
    `detached`: nothing that is recorded. `replaced`: EC2 reports another image than before (AWS_FACTS 0.6).
    `at` of a launch is None where only an observation tells of it.
    """

    kind: Literal["launched", "attached", "detached", "replaced"]
    event_id: str
    at: datetime | None
    image_id: str | None = None
    volume_id: str | None = None
    observed: bool = False


@dataclass(frozen=True, slots=True)
class ObservedRoot:
    """The volume at the root device when it was looked at."""

    volume_id: str
    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState(StreamSummary):
    """An instance as its events tell it."""

    root_changes: tuple[RootChange, ...] = ()
    """In order of time; the launch comes first where it is known."""
    observed_roots: tuple[ObservedRoot, ...] = ()
    launch_image_id: str | None = None
    launched_at: datetime | None = None
    terminated_at: datetime | None = None
    root_device_name: str | None = None
    instance_type: str | None = None
    availability_zone: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None
    instance_profile: str | None = None
    auto_scaling_group: str | None = None
    launch_template_id: str | None = None
    launched_by: str | None = None

    def list_root_devices(self) -> tuple[str, ...]:
        """Device names that mean the root volume."""
        return (self.root_device_name,) if self.root_device_name else USUAL_ROOT_DEVICES
