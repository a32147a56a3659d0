"""State of an instance stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami_lineage_contracts.events.instance import (
    InstanceFleetLaunched,
    InstanceGroupChanged,
    InstanceLaunched,
    InstanceObserved,
    InstanceStateChanged,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged, Entry
from lineage.root_changes import USUAL_ROOT_DEVICES, ObservedRoot, RootChange, RootHistory
from lineage.slots import Slot
from lineage.spans import Span, Timeline
from lineage.summary import StreamSummary

_GROUP_TAG: Final = "aws:autoscaling:groupName"
_ENDED: Final = frozenset({"shutting-down", "terminated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState(StreamSummary):
    """An instance as its events tell it."""

    root_changes: tuple[RootChange, ...] = ()
    """In order of time; the launch comes first where it is known."""
    root_devices: tuple[str, ...] = USUAL_ROOT_DEVICES
    """Device names that mean the root volume: the one that is known, else the usual ones."""
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
    groups: tuple[Span[str | None], ...] = ()
    """To which auto scaling group it belonged when, as far as events of coming and going tell."""
    launch_template_id: str | None = None
    launch_template_version: str | None = None
    fleet_id: str | None = None
    launched_by: str | None = None

    def find_root_change(self, at: datetime) -> RootChange | None:
        """What was at the root device at a time; None when no event tells.

        An instance begins with its launch image, so a launch counts even for a time before its record's.
        """
        found = None
        for change in self.root_changes:
            if change.kind == "launched" or (change.at is not None and change.at <= at):
                found = change
        return found

    def find_reported_image(self, at: datetime) -> RootChange | None:
        """The change by which EC2 reported an image of the instance at a time, whatever its disk then held."""
        found = None
        for change in self.root_changes:
            reports = change.image_id is not None and change.kind in ("launched", "replaced")
            if reports and (change.kind == "launched" or (change.at is not None and change.at <= at)):
                found = change
        return found

    def list_root_intervals(self) -> tuple[tuple[RootChange, datetime | None], ...]:
        """Each root change with the time at which the next one, or the instance's end, ended it."""
        following = [change.at for change in self.root_changes[1:]]
        return tuple(zip(self.root_changes, [*following, self.terminated_at], strict=False))


def fold_instance(stream_id: str, ref: ResourceRef, arranged: Arranged) -> InstanceState:
    """State of an instance after its events."""
    fold = _InstanceFold()
    for entry in arranged.entries:
        fold.apply(entry)
    fold.finish()
    making = fold.gathering.making
    launch = making.payload if making is not None and isinstance(making.payload, InstanceLaunched) else None
    root_devices = (fold.root_device.value,) if fold.root_device.value else USUAL_ROOT_DEVICES
    history = RootHistory(root_devices, making if launch is not None else None, fold.fleet)
    for entry in arranged.entries:
        history.apply(entry)
    changes = history.list_changes()
    if history.uncertain:
        fold.gathering.uncertain.add("root")
    fields = fold.gathering.build(stream_id, ref, arranged)
    launched_at = (launch.launched_at if launch is not None else None) or fields["created_at"]
    fields["created_at"] = launched_at
    return InstanceState(
        **fields,
        root_changes=changes,
        root_devices=root_devices,
        observed_roots=tuple(history.observed_roots),
        launch_image_id=history.launch_image_id,
        launched_at=launched_at,
        terminated_at=fold.ended_at if fold.gathering.state.value in _ENDED else None,
        root_device_name=fold.root_device.value,
        instance_type=fold.instance_type.value,
        availability_zone=fold.availability_zone.value,
        private_ip=fold.private_ip.value,
        public_ip=fold.public_ip.value,
        instance_profile=fold.instance_profile.value,
        auto_scaling_group=fold.find_group(fields["tags"].get(_GROUP_TAG)),
        groups=fold.groups.list_spans(),
        launch_template_id=fold.template_id.value,
        launch_template_version=fold.template_version.value,
        fleet_id=fold.fleet_id,
        launched_by=fields["created_by"],
    )


class _InstanceFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.root_device: Slot[str] = Slot()
        self.instance_type: Slot[str] = Slot()
        self.availability_zone: Slot[str] = Slot()
        self.private_ip: Slot[str] = Slot()
        self.public_ip: Slot[str] = Slot()
        self.instance_profile: Slot[str] = Slot()
        self.template_id: Slot[str] = Slot()
        self.template_version: Slot[str] = Slot()
        self.groups: Timeline[str | None] = Timeline()
        self.fleet: Entry | None = None
        self.fleet_id: str | None = None
        self.ended_at: datetime | None = None

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, InstanceLaunched):
            self._launch(payload, entry)
        elif isinstance(payload, InstanceFleetLaunched):
            self.fleet = self.fleet or entry
            self.fleet_id = self.fleet_id or payload.fleet_id
        elif isinstance(payload, InstanceGroupChanged):
            if payload.auto_scaling_group or not payload.incomplete:
                self.groups.set(payload.auto_scaling_group or None, entry)
        elif isinstance(payload, InstanceObserved):
            self._observe(payload, entry)
        elif isinstance(payload, InstanceStateChanged):
            self.gathering.state.set(payload.state, entry)
        else:
            self.gathering.retag(payload, entry)
        if self.gathering.state.value not in _ENDED:
            self.ended_at = None
        elif self.ended_at is None:
            self.ended_at = entry.at

        uncertain = self.gathering.uncertain
        (uncertain.add if self.groups.uncertain else uncertain.discard)("auto_scaling_group")

    def _launch(self, payload: InstanceLaunched, entry: Entry) -> None:
        state = payload.state or "pending"
        self.gathering.begin(entry, payload.owner_account_id, payload.tags, state, all_tags=True)
        for slot, value in self._pair(payload):
            if value is not None:
                slot.set(value, entry)
        if payload.auto_scaling_group:
            self.groups.set(payload.auto_scaling_group, entry)

    def _observe(self, payload: InstanceObserved, entry: Entry) -> None:
        self.gathering.observe(entry, payload.owner_account_id, payload.state, payload.tags)
        self.gathering.observed_created_at = self.gathering.observed_created_at or payload.launched_at
        for slot, value in self._pair(payload):
            if value is not None:
                slot.observe(value, entry)
        if payload.auto_scaling_group:
            self.groups.observe(payload.auto_scaling_group, entry)

    def finish(self) -> None:
        """A fleet's answer stands in for the launch record that is missing; beside one it is no launch."""
        payload = self.fleet.payload if self.fleet is not None else None
        if self.fleet is None or not isinstance(payload, InstanceFleetLaunched):
            return
        if self.gathering.making is None:
            self.gathering.making = self.fleet
            self.gathering.owner = payload.owner_account_id or self.gathering.owner
            if self.gathering.state.value is None:
                self.gathering.state.set("pending", self.fleet)
        template = payload.template
        for slot, value in (
            (self.instance_type, payload.instance_type),
            (self.template_id, template.template_id if template is not None else None),
            (self.template_version, template.version if template is not None else None),
        ):
            if slot.value is None and value is not None:
                slot.set(value, self.fleet)

    def find_group(self, tag: str | None) -> str | None:
        """The group it belongs to; EC2's own tag tells where no event does."""
        current = self.groups.current
        return current.value if current is not None else tag

    def _pair(self, payload: InstanceLaunched | InstanceObserved) -> tuple[tuple[Slot[str], str | None], ...]:
        return (
            (self.root_device, payload.root_device_name or None),
            (self.instance_type, payload.instance_type),
            (self.availability_zone, payload.availability_zone),
            (self.private_ip, payload.private_ip),
            (self.public_ip, payload.public_ip),
            (self.instance_profile, payload.instance_profile),
            (self.template_id, payload.launch_template_id),
            (self.template_version, payload.launch_template_version),
        )
