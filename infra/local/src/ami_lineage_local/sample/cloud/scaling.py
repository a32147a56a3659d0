"""Calls of EC2 Auto Scaling: launch configurations and groups."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.references import Configuration, Group, Override, Use
from ami_lineage_local.sample.world import Image

AUTO_SCALING = "autoscaling.amazonaws.com"


def create_configuration(stage: Stage, desk: Desk, image: Image) -> Configuration:
    """CreateLaunchConfiguration."""
    configuration = Configuration(f"lc-{stage.names.resource('x')[3:13]}", image)
    request = {
        "launchConfigurationName": configuration.name,
        "imageId": image.image_id,
        "instanceType": "t2.micro",
        "ebsOptimized": False,
        "instanceMonitoring": {"enabled": False},
    }
    desk.call(stage, "CreateLaunchConfiguration", request, None, AUTO_SCALING)
    return configuration


def create_group(
    stage: Stage,
    desk: Desk,
    scenario: str,
    source: Use | Configuration,
    overrides: tuple[Override, ...] = (),
    *,
    by_name: bool = False,
) -> Group:
    """CreateAutoScalingGroup; `by_name` names the template by its name."""
    name = f"{scenario.removeprefix('group_')}/{stage.names.resource('x')[3:11]}"
    group = Group(name, desk.region, desk.account_id, scenario, source, overrides)
    request = {
        "autoScalingGroupName": name,
        "minSize": 0,
        "maxSize": group.max_size,
        "desiredCapacity": 1,
        "vPCZoneIdentifier": stage.names.resource("subnet"),
        **_launch(source, overrides, by_name=by_name),
    }
    desk.call(stage, "CreateAutoScalingGroup", request, None, AUTO_SCALING)
    stage.world.groups.append(group)
    return group


def update_group(
    stage: Stage,
    desk: Desk,
    group: Group,
    source: Use | Configuration | None = None,
    max_size: int | None = None,
) -> None:
    """UpdateAutoScalingGroup of what it launches, of its size, or of both."""
    request: Json = {"autoScalingGroupName": group.name}
    if source is not None:
        group.source = source
        group.overrides = ()
        request |= _launch(source, (), by_name=False)
    if max_size is not None:
        group.max_size = max_size
        request |= {"minSize": 0, "maxSize": max_size, "desiredCapacity": 0}
    desk.call(stage, "UpdateAutoScalingGroup", request, None, AUTO_SCALING)


def refresh_group(stage: Stage, desk: Desk, group: Group, use: Use) -> None:
    """StartInstanceRefresh with a desired configuration, which the group takes over."""
    group.source = use
    request = {
        "autoScalingGroupName": group.name,
        "strategy": "Rolling",
        "desiredConfiguration": {"launchTemplate": _use(use)},
    }
    answer = {"instanceRefreshId": stage.names.uuid()}
    desk.call(stage, "StartInstanceRefresh", request, answer, AUTO_SCALING)


def delete_group(stage: Stage, desk: Desk, group: Group) -> None:
    """DeleteAutoScalingGroup."""
    group.deleted = True
    request = {"autoScalingGroupName": group.name, "forceDelete": True}
    desk.call(stage, "DeleteAutoScalingGroup", request, None, AUTO_SCALING)


def _launch(source: Use | Configuration, overrides: tuple[Override, ...], *, by_name: bool) -> Json:
    if isinstance(source, Configuration):
        return {"launchConfigurationName": source.name}
    if not overrides:
        return {"launchTemplate": _use(source, by_name=by_name)}
    entries = []
    for override in overrides:
        entry: Json = {"instanceType": override.instance_type}
        if override.image is not None:
            entry["imageId"] = override.image.image_id
        if override.use is not None:
            entry["launchTemplateSpecification"] = _use(override.use)
        entries.append(entry)
    policy = {"launchTemplateSpecification": _use(source, by_name=by_name), "overrides": entries}
    return {"mixedInstancesPolicy": {"launchTemplate": policy}}


def _use(use: Use, *, by_name: bool = False) -> Json:
    if by_name:
        return {"launchTemplateName": use.template.name, "version": use.version}
    return {"launchTemplateId": use.template.template_id, "version": use.version}
