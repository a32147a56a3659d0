"""Calls about launch templates."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.references import Parameter, Template
from ami_lineage_local.sample.world import Image


def create_template(stage: Stage, desk: Desk, source: Image | Parameter | None) -> Template:
    """CreateLaunchTemplate with its first version."""
    template = _template(stage, desk.region, recorded=True)
    stage.world.templates.append(template)
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
    template = _template(stage, source.region, recorded=False)
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


def _template(stage: Stage, region: str, *, recorded: bool) -> Template:
    template_id = stage.names.resource("lt")
    return Template(template_id, f"app-{template_id[-8:]}", region, recorded)


def _data(source: Image | Parameter | None) -> Json:
    data: Json = {"instanceType": "t3.micro"}
    if isinstance(source, Parameter):
        data["imageId"] = f"resolve:ssm:{source.name}"
    elif source is not None:
        data["imageId"] = source.image_id
    return data
