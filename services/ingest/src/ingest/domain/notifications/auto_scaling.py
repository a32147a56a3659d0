"""Instances that come to an auto scaling group and leave it, as Auto Scaling tells it."""

from typing import Final

from ami_lineage_contracts.events.instance import InstanceGroupChanged
from ingest.domain.call import Fact, find_id, find_name
from ingest.domain.notifications.notification import Notice, Notification


def read_launch(event: Notification) -> list[Fact]:
    """EC2 Instance Launch Successful."""
    group = find_name(event.detail, "autoScalingGroupName")
    return _build(event, InstanceGroupChanged(auto_scaling_group=group, incomplete=group is None))


def read_termination(event: Notification) -> list[Fact]:
    """EC2 Instance Terminate Successful."""
    return _build(event, InstanceGroupChanged())


def _build(event: Notification, changed: InstanceGroupChanged) -> list[Fact]:
    instance_id = find_id("instance", event.detail, "EC2InstanceId")
    if instance_id is None:
        return []
    return [Fact("instance.group_changed", event.stream("instance", instance_id), changed)]


AUTO_SCALING_NOTICES: Final = (
    Notice("aws.autoscaling", "EC2 Instance Launch Successful", read_launch),
    Notice("aws.autoscaling", "EC2 Instance Terminate Successful", read_termination),
)
