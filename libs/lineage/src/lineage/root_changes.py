"""What was at the root device of an instance when."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from ami_lineage_contracts.events.instance import (
    InstanceFleetLaunched,
    InstanceLaunched,
    InstanceObserved,
    InstanceRootVolumeReplaced,
    InstanceVolumeAttached,
    InstanceVolumeDetached,
)
from lineage.order import Entry
from lineage.slots import Slot, is_settled

USUAL_ROOT_DEVICES: Final = ("/dev/sda1", "/dev/xvda")
"""Root devices of nearly all images, where neither launch nor observation names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootChange:
    """What is at the root device from `at` on, until the next change.

    `launched`: the launch image (`image_id` None: the record does not say). `attached`: a volume.
    `detached`: nothing that is recorded. `replaced`: another image, by CreateReplaceRootVolumeTask or because EC2
    reports another than before (AWS_FACTS 0.6, 1.7). `restored`: what a snapshot or a volume holds, or something
    that a hollow record does not name. `reset`: the root as it was launched. `at` of a launch is None where only an observation tells of it.
    """

    kind: Literal["launched", "attached", "detached", "replaced", "restored", "reset"]
    event_id: str
    at: datetime | None
    image_id: str | None = None
    volume_id: str | None = None
    snapshot_id: str | None = None
    observed: bool = False


@dataclass(frozen=True, slots=True)
class ObservedRoot:
    """The volume at the root device when it was looked at."""

    volume_id: str
    at: datetime
    event_id: str


class RootHistory:
    """Follows the root device through the events of an instance, given in fold order.

    CloudTrail never names the volume that a launch puts there (AWS_FACTS 0.19), so it is known by an
    observation or not at all; what replaces it is known by the device name.
    """

    def __init__(
        self, root_devices: tuple[str, ...], launch: Entry | None, fleet: Entry | None = None
    ) -> None:
        self._root_devices = root_devices
        self._launch: RootChange | None = None
        self._changes: list[RootChange] = []
        self._volume_id: str | None = None
        self._newest: Slot[str] = Slot()
        self._changed_at: datetime | None = None
        self.observed_roots: list[ObservedRoot] = []
        self._image_id: str | None = None
        begun = launch or fleet
        if begun is not None:
            image_id, event_id = _find_launch_image(launch), begun.event_id
            if image_id is None and fleet is not None:
                image_id, event_id = _find_launch_image(fleet), fleet.event_id
            self._image_id = image_id
            self._launch = RootChange(kind="launched", event_id=event_id, at=begun.at, image_id=image_id)
            self._changed_at = begun.at

    def apply(self, entry: Entry) -> None:
        """Take one event into account."""
        payload = entry.payload
        if isinstance(payload, InstanceVolumeAttached):
            if payload.device_name in self._root_devices and payload.volume_id:
                self._volume_id = payload.volume_id
                self._change("attached", entry, volume_id=payload.volume_id)
        elif isinstance(payload, InstanceVolumeDetached):
            if payload.device_name in self._root_devices or payload.volume_id == self._volume_id:
                self._volume_id = None
                self._change("detached", entry)
        elif isinstance(payload, InstanceRootVolumeReplaced):
            self._replace(payload, entry)
        elif isinstance(payload, InstanceObserved):
            self._observe(payload, entry)

    @property
    def launch_image_id(self) -> str | None:
        """The image that the instance was launched from."""
        return self._launch.image_id if self._launch is not None else None

    @property
    def uncertain(self) -> bool:
        """Whether the newest two changes happened in one second, so that their order is not known."""
        return self._newest.uncertain

    def list_changes(self) -> tuple[RootChange, ...]:
        """All changes, the launch first; a reset root is that of the launch as it is known in the end."""
        changes = (
            replace(each, image_id=self.launch_image_id) if each.kind == "reset" else each
            for each in self._changes
        )
        return (() if self._launch is None else (self._launch,)) + tuple(changes)

    def _change(
        self, kind: Literal["attached", "detached"], entry: Entry, volume_id: str | None = None
    ) -> None:
        self._changes.append(RootChange(kind=kind, event_id=entry.event_id, at=entry.at, volume_id=volume_id))
        self._newest.set(f"{kind} {volume_id}", entry)
        self._changed_at = entry.at

    def _replace(self, payload: InstanceRootVolumeReplaced, entry: Entry) -> None:
        """A new root volume; only with an image of its own does EC2 report another image from here on."""
        if payload.image_id:
            self._image_id = payload.image_id
            change = RootChange(
                kind="replaced", event_id=entry.event_id, at=entry.at, image_id=payload.image_id
            )
        elif payload.snapshot_id or payload.volume_id or payload.incomplete:
            # A hollow record names neither: the walk then ends, for anything may be there.
            change = RootChange(
                kind="restored",
                event_id=entry.event_id,
                at=entry.at,
                snapshot_id=payload.snapshot_id or None,
                volume_id=payload.volume_id or None,
            )
        else:
            change = RootChange(
                kind="reset", event_id=entry.event_id, at=entry.at, image_id=self.launch_image_id
            )
        self._volume_id = payload.volume_id or None
        self._changes.append(change)
        self._newest.set(f"{change.kind} {change.image_id} {change.snapshot_id} {change.volume_id}", entry)
        self._changed_at = entry.at

    def _observe(self, payload: InstanceObserved, entry: Entry) -> None:
        settled = self._changed_at is None or is_settled(self._changed_at, entry.at)
        replaced = self._observe_image(payload.image_id or None, entry, settled=settled)
        volume_id = payload.root_volume_id or None
        if volume_id is None or not settled:
            return
        self.observed_roots.append(ObservedRoot(volume_id, entry.at, entry.event_id))
        emptied = bool(self._changes) and self._changes[-1].kind == "detached"
        if not replaced and (emptied or self._volume_id not in (None, volume_id)):
            # A volume came to the root device and no event told of it.
            self._changes.append(
                RootChange(
                    kind="attached",
                    event_id=entry.event_id,
                    at=entry.at,
                    volume_id=volume_id,
                    observed=True,
                )
            )
        self._volume_id = volume_id

    def _observe_image(self, image_id: str | None, entry: Entry, *, settled: bool) -> bool:
        """Whether EC2 reports another image than before: the root was replaced."""
        if image_id is None or image_id == self._image_id:
            return False
        if self._image_id is None:
            at = self._launch.at if self._launch is not None else None
            self._launch = RootChange(
                kind="launched", event_id=entry.event_id, at=at, image_id=image_id, observed=True
            )
        elif settled:
            self._changes.append(
                RootChange(
                    kind="replaced",
                    event_id=entry.event_id,
                    at=entry.at,
                    image_id=image_id,
                    observed=True,
                )
            )
        else:
            return False
        replaced = self._image_id is not None
        self._image_id = image_id
        return replaced


def _find_launch_image(entry: Entry | None) -> str | None:
    """The image that a launch names literally."""
    payload = entry.payload if entry is not None else None
    if isinstance(payload, InstanceLaunched):
        return payload.image_id or None
    if isinstance(payload, InstanceFleetLaunched) and payload.image is not None:
        return payload.image.image_id or None
    return None
