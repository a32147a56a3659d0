"""State of an auto scaling group stream."""

from dataclasses import dataclass

from ami_lineage_contracts.events.reference import (
    AutoScalingGroupCreated,
    AutoScalingGroupDeleted,
    AutoScalingGroupObserved,
    AutoScalingGroupUpdated,
    GroupLaunch,
    GroupSettings,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.lives import Lives
from lineage.order import Arranged, Entry
from lineage.slots import Slot
from lineage.spans import Span, Timeline
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState(StreamSummary):
    """An auto scaling group as its events tell it.

    `launches`: from what it launches when, over all lives of its name; None where the records do not say.
    `max_sizes`: how large it may become when. `lives`: when it existed.
    """

    launches: tuple[Span[GroupLaunch | None], ...] = ()
    max_sizes: tuple[Span[int], ...] = ()
    lives: tuple[Span[bool], ...] = ()
    min_size: int | None = None
    max_size: int | None = None
    desired_capacity: int | None = None
    observed_instances: tuple[str, ...] = ()


def fold_group(stream_id: str, ref: ResourceRef, arranged: Arranged) -> GroupState:
    """State of an auto scaling group after its events."""
    fold = _GroupFold()
    for entry in arranged.entries:
        fold.apply(entry)
    fields = fold.gathering.build(stream_id, ref, arranged)
    fields["owner_account_id"] = fields["owner_account_id"] or ref.account_id
    fields["name"] = ref.resource_id
    alive = fold.gathering.state.value != "deleted"
    max_size = fold.max_sizes.current
    return GroupState(
        **fields,
        launches=fold.launches.list_spans(),
        max_sizes=fold.max_sizes.list_spans(),
        lives=fold.lives.list_lives(),
        min_size=fold.min_size.value if alive else None,
        max_size=max_size.value if max_size is not None else None,
        desired_capacity=fold.desired.value if alive else None,
        observed_instances=fold.instances,
    )


class _GroupFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.lives = Lives(self.gathering)
        self.launches: Timeline[GroupLaunch | None] = Timeline()
        self.max_sizes: Timeline[int] = Timeline()
        self.min_size: Slot[int] = Slot()
        self.desired: Slot[int] = Slot()
        self.instances: tuple[str, ...] = ()

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, AutoScalingGroupCreated):
            self.lives.begin(entry, payload.owner_account_id, payload.tags)
            self.launches.end(entry)
            self.max_sizes.end(entry)
            self.launches.set(payload.launch, entry)
            self._size(payload, entry)
        elif isinstance(payload, AutoScalingGroupUpdated):
            self.lives.touch(entry)
            # A hollow update may have changed anything: what it launches from here on is not known.
            if payload.launch is not None or payload.incomplete:
                self.launches.set(payload.launch, entry)
            self._size(payload, entry)
        elif isinstance(payload, AutoScalingGroupDeleted):
            if self.lives.end(entry):
                self.launches.end(entry)
                self.max_sizes.end(entry)
        elif isinstance(payload, AutoScalingGroupObserved):
            self._observe(payload, entry)
        else:
            self.gathering.retag(payload, entry)
        for name, uncertain in (("launch", self.launches.uncertain), ("max_size", self.max_sizes.uncertain)):
            (self.gathering.uncertain.add if uncertain else self.gathering.uncertain.discard)(name)

    def _size(self, payload: GroupSettings, entry: Entry) -> None:
        if payload.max_size is not None:
            self.max_sizes.set(payload.max_size, entry)
        for slot, value in ((self.min_size, payload.min_size), (self.desired, payload.desired_capacity)):
            if value is not None:
                slot.set(value, entry)

    def _observe(self, payload: AutoScalingGroupObserved, entry: Entry) -> None:
        self.lives.observe(entry, payload.owner_account_id, payload.tags)
        if self.gathering.state.value == "deleted":
            return  # too soon after the deletion to speak of another life
        if payload.launch is not None:
            self.launches.observe(payload.launch, entry)
        if payload.max_size is not None:
            self.max_sizes.observe(payload.max_size, entry)
        for slot, value in ((self.min_size, payload.min_size), (self.desired, payload.desired_capacity)):
            if value is not None:
                slot.observe(value, entry)
        self.instances = tuple(sorted(payload.instance_ids))
