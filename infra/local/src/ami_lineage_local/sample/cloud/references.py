"""Calls about what would launch an image: launch templates, groups, configurations, parameters, recipes."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.names import partition_of
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.references import Configuration, Group, Override, Parameter, Template, Use
from ami_lineage_local.sample.world import Image

AUTO_SCALING = "autoscaling.amazonaws.com"
_BUILDER = "imagebuilder.amazonaws.com"
_SSM = "ssm.amazonaws.com"


def create_template(stage: Stage, desk: Desk, source: Image | Parameter | None) -> Template:
    """CreateLaunchTemplate with its first version."""
    template = _template(stage, recorded=True)
    template.versions[1] = source
    request = {
        "launchTemplateName": template.name,
        "clientToken": stage.names.uuid(),
        "launchTemplateData": _data(source),
    }
    body = {
        "launchTemplateId": template.template_id,
        "launchTemplateName": template.name,
        "createTime": stage.now * 1000,
        "createdBy": desk.caller.arn,
        "defaultVersionNumber": 1,
        "latestVersionNumber": 1,
    }
    desk.call(stage, "CreateLaunchTemplate", request, {"launchTemplate": body})
    return template


def unseen_template(stage: Stage, source: Image) -> Template:
    """A template that is older than the records."""
    template = _template(stage, recorded=False)
    template.versions[1] = source
    return template


def add_version(stage: Stage, desk: Desk, template: Template, source: Image | Parameter | None) -> int:
    """CreateLaunchTemplateVersion; without a source it takes the image of the first version along."""
    number = template.latest + 1
    request: Json = {
        "launchTemplateId": template.template_id,
        "clientToken": stage.names.uuid(),
        "launchTemplateData": _data(source),
    }
    if source is None:
        source = template.versions[1]
        request["sourceVersion"] = "1"
    template.versions[number] = source
    body = {
        "launchTemplateId": template.template_id,
        "launchTemplateName": template.name,
        "versionNumber": number,
        "createTime": stage.now * 1000,
        "createdBy": desk.caller.arn,
        "defaultVersion": False,
        "launchTemplateData": _data(source),
    }
    desk.call(stage, "CreateLaunchTemplateVersion", request, {"launchTemplateVersion": body})
    return number


def set_default(stage: Stage, desk: Desk, template: Template, number: int) -> None:
    """ModifyLaunchTemplate: the default version is another from now on."""
    template.default = number
    request = {"launchTemplateId": template.template_id, "defaultVersion": str(number)}
    body = {
        "launchTemplateId": template.template_id,
        "launchTemplateName": template.name,
        "createTime": stage.now * 1000,
        "createdBy": desk.caller.arn,
        "defaultVersionNumber": number,
        "latestVersionNumber": template.latest,
    }
    desk.call(stage, "ModifyLaunchTemplate", request, {"launchTemplate": body})


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


def put_parameter(stage: Stage, desk: Desk, image: Image) -> Parameter:
    """PutParameter of an image id; CloudTrail hides the value."""
    parameter = Parameter(f"/golden/{stage.names.resource('x')[3:11]}/latest", image)
    request = {
        "name": parameter.name,
        "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "type": "String",
        "dataType": "aws:ec2:image",
        "overwrite": True,
    }
    desk.call(stage, "PutParameter", request, {"version": 1, "tier": "Standard"}, _SSM)
    label = {"name": parameter.name, "parameterVersion": 1, "labels": ["stable"]}
    desk.call(stage, "LabelParameterVersion", label, {"invalidLabels": [], "parameterVersion": 1}, _SSM)
    return parameter


def create_recipe(stage: Stage, desk: Desk, name: str, parent: Image) -> None:
    """CreateImageRecipe of EC2 Image Builder on an image."""
    partition = partition_of(desk.region)
    arn = f"arn:{partition}:imagebuilder:{desk.region}:{desk.account_id}:image-recipe/{name}/1.0.0"
    component = f"arn:{partition}:imagebuilder:{desk.region}:aws:component/update-linux/x.x.x"
    token = stage.names.uuid()
    request = {
        "name": name,
        "semanticVersion": "1.0.0",
        "components": [{"componentArn": component}],
        "parentImage": parent.image_id,
        "clientToken": token,
    }
    answer = {"requestId": stage.names.uuid(), "clientToken": token, "imageRecipeArn": arn}
    desk.call(stage, "CreateImageRecipe", request, answer, _BUILDER)


def _template(stage: Stage, *, recorded: bool) -> Template:
    template_id = stage.names.resource("lt")
    return Template(template_id, f"app-{template_id[-8:]}", recorded)


def _data(source: Image | Parameter | None) -> Json:
    data: Json = {"instanceType": "t3.micro"}
    if isinstance(source, Parameter):
        data["imageId"] = f"resolve:ssm:{source.name}"
    elif source is not None:
        data["imageId"] = source.image_id
    return data


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
