"""Calls on auto scaling groups: what they launch, how many, and which instances are theirs (AWS_FACTS 1.7, 2.3)."""

from ami_lineage_contracts.events.instance import InstanceGroupChanged
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.reference import (
    AutoScalingGroupCreated,
    AutoScalingGroupDeleted,
    AutoScalingGroupUpdated,
)
from ingest.domain.call import Call, Fact, find_kind, find_name, read_tags
from ingest.domain.decoding import Fields, to_text
from ingest.domain.operations.group_launches import read_group_launch


def create_auto_scaling_group(call: Call) -> list[Fact]:
    """CreateAutoScalingGroup."""
    launch, complete = read_group_launch(call.request, call)
    created = AutoScalingGroupCreated(
        incomplete=launch is None or not complete,
        owner_account_id=call.account_id,
        launch=launch,
        min_size=call.request.number("minSize"),
        max_size=call.request.number("maxSize"),
        desired_capacity=call.request.number("desiredCapacity"),
        tags=read_tags(call.request.children("tags", "tag")),
    )
    return _on_group(call, "auto_scaling_group.created", created)


def update_auto_scaling_group(call: Call) -> list[Fact]:
    """UpdateAutoScalingGroup; what it does not name stays as it was."""
    launch, complete = read_group_launch(call.request, call)
    updated = AutoScalingGroupUpdated(
        incomplete=not complete,
        launch=launch,
        min_size=call.request.number("minSize"),
        max_size=call.request.number("maxSize"),
        desired_capacity=call.request.number("desiredCapacity"),
    )
    return _on_group(call, "auto_scaling_group.updated", updated)


def set_desired_capacity(call: Call) -> list[Fact]:
    """SetDesiredCapacity."""
    capacity = call.request.number("desiredCapacity")
    updated = AutoScalingGroupUpdated(desired_capacity=capacity, incomplete=capacity is None)
    return _on_group(call, "auto_scaling_group.updated", updated)


def start_instance_refresh(call: Call) -> list[Fact]:
    """StartInstanceRefresh with settings of its own, which become the group's."""
    launch, complete = read_group_launch(call.request.child("desiredConfiguration"), call)
    updated = AutoScalingGroupUpdated(incomplete=launch is None or not complete, launch=launch)
    return _on_group(call, "auto_scaling_group.updated", updated)


def find_plain_refresh(call: Call) -> str | None:
    """Why a refresh without settings of its own is passed over: it launches what the group launches anyway."""
    if not call.request or call.request.child("desiredConfiguration"):
        return None
    return f"{call.operation} without settings of its own"


def take_back_refresh(call: Call) -> list[Fact]:
    """CancelInstanceRefresh, RollbackInstanceRefresh: what the group launches from here on is not said."""
    return _on_group(call, "auto_scaling_group.updated", AutoScalingGroupUpdated(incomplete=True))


def delete_auto_scaling_group(call: Call) -> list[Fact]:
    """DeleteAutoScalingGroup."""
    return _on_group(call, "auto_scaling_group.deleted", AutoScalingGroupDeleted())


def attach_instances(call: Call) -> list[Fact]:
    """AttachInstances: they are the group's from here on."""
    group = find_name(call.request, "autoScalingGroupName")
    return _move_instances(call, read_group_instances(call.request), group, incomplete=group is None)


def detach_instances(call: Call) -> list[Fact]:
    """DetachInstances: they belong to no group from here on."""
    return _move_instances(call, read_group_instances(call.request), None, incomplete=False)


def launch_instances(call: Call) -> list[Fact]:
    """LaunchInstances: the answer names the new instances of the group; RunInstances tells of their launch."""
    group = find_name(call.request, "autoScalingGroupName") or find_name(
        call.response, "autoScalingGroupName"
    )
    found = [
        instance_id
        for entry in call.response.children("instances")
        for instance_id in read_group_instances(entry)
    ]
    return _move_instances(call, found, group, incomplete=group is None)


def find_no_instances(call: Call) -> str | None:
    """Why an answer without instances is passed over."""
    if any(read_group_instances(entry) for entry in call.response.children("instances")):
        return None
    return f"{call.operation} without instances in its answer: launches come as RunInstances"


def read_group_instances(fields: Fields) -> list[str]:
    """Instances that a call on a group names."""
    found = (to_text(member) for member in fields.members("instanceIds"))
    return list(dict.fromkeys(each for each in found if each is not None and find_kind(each) == "instance"))


def _move_instances(
    call: Call, instance_ids: list[str], group: str | None, *, incomplete: bool
) -> list[Fact]:
    changed = InstanceGroupChanged(auto_scaling_group=group, incomplete=incomplete)
    return [
        Fact("instance.group_changed", call.stream("instance", instance_id), changed)
        for instance_id in instance_ids
    ]


def _on_group(call: Call, event_type: str, payload: Payload) -> list[Fact]:
    stream_id = call.find_named_stream("auto-scaling-group", find_name(call.request, "autoScalingGroupName"))
    return [] if stream_id is None else [Fact(event_type, stream_id, payload)]
