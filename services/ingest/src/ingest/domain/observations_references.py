"""What Describe calls say about whatever names an image, and about imports (AWS_FACTS 1.4, 1.7)."""

import re
from collections.abc import Iterator
from typing import Final

from ami_lineage_contracts.events.coverage import AccountObserved
from ami_lineage_contracts.events.external import ImportTaskObserved
from ami_lineage_contracts.events.payload import ImageReference, ImportSource, TemplateReference
from ami_lineage_contracts.events.reference import (
    AutoScalingGroupObserved,
    GroupLaunch,
    ImageRecipeObserved,
    LaunchConfigurationObserved,
    LaunchOverride,
    LaunchTemplateObserved,
    ParameterObserved,
    TemplateVersion,
)
from ingest.domain.call import find_id, find_kind, read_tags
from ingest.domain.decoding import Fields, JsonObject

RESOLVE: Final = "resolve:ssm:"
_RECIPE_PARAMETER: Final = "ssm:"
_RECIPE_VERSION: Final = re.compile(r"/(\d+\.\d+\.\d+)(/\d+)?$")


def build_launch_template(described: JsonObject) -> LaunchTemplateObserved:
    """From DescribeLaunchTemplates, with all of its `LaunchTemplateVersions`."""
    template = Fields(described)
    return LaunchTemplateObserved(
        incomplete="LaunchTemplateVersions" not in described,
        owner_account_id=template.account("ownerId"),
        name=template.wording("launchTemplateName"),
        default_version=template.number("defaultVersionNumber"),
        latest_version=template.number("latestVersionNumber"),
        versions=tuple(sorted(_read_versions(template), key=lambda version: version.number)),
        tags=read_tags(template.children("tags")),
    )


def build_group(described: JsonObject) -> AutoScalingGroupObserved:
    """From DescribeAutoScalingGroups."""
    group = Fields(described)
    mixed = group.child("mixedInstancesPolicy").child("launchTemplate")
    specification = mixed.child("launchTemplateSpecification") or group.child("launchTemplate")
    return AutoScalingGroupObserved(
        owner_account_id=group.account("ownerId"),
        launch=GroupLaunch(
            template=_read_template(specification),
            configuration_name=group.wording("launchConfigurationName"),
            overrides=tuple(
                LaunchOverride(
                    instance_type=entry.text("instanceType"),
                    image=_read_image(entry.text("imageId")),
                    template=_read_template(entry.child("launchTemplateSpecification")),
                )
                for entry in mixed.children("overrides")
            ),
        ),
        min_size=group.number("minSize"),
        max_size=group.number("maxSize"),
        desired_capacity=group.number("desiredCapacity"),
        instance_ids=tuple(
            sorted(found for entry in group.children("instances") if (found := entry.text("instanceId")))
        ),
        tags=read_tags(group.children("tags")),
    )


def build_launch_configuration(described: JsonObject) -> LaunchConfigurationObserved:
    """From DescribeLaunchConfigurations."""
    configuration = Fields(described)
    return LaunchConfigurationObserved(
        owner_account_id=configuration.account("ownerId"),
        image=_read_image(configuration.text("imageId")),
        instance_type=configuration.text("instanceType"),
    )


def build_parameter(described: JsonObject) -> ParameterObserved:
    """From GetParameters, with the `Labels` of this version; without a `Value` it stays unknown."""
    parameter = Fields(described)
    return ParameterObserved(
        incomplete="Value" not in described,
        owner_account_id=parameter.account("ownerId"),
        image_id=find_id("image", parameter, "value"),
        version=parameter.number("version"),
        labels=tuple(sorted(str(label) for label in parameter.members("labels"))),
        data_type=parameter.text("dataType"),
    )


def build_recipe(described: JsonObject) -> ImageRecipeObserved:
    """From ListImageRecipes: its parent is an image, a parameter, or an Image Builder image."""
    recipe = Fields(described)
    parent = recipe.text("parentImage") or ""
    arn = recipe.text("arn") or ""
    version = _RECIPE_VERSION.search(arn)
    image = _read_image(parent)
    if parent.startswith(_RECIPE_PARAMETER):
        image = ImageReference(parameter=parent.removeprefix(_RECIPE_PARAMETER))
    return ImageRecipeObserved(
        incomplete=not parent,
        owner_account_id=recipe.account("ownerId"),
        image=image,
        parent_arn=parent if parent.startswith("arn:") else None,
        version=version[1] if version else None,
    )


def build_import_task(described: JsonObject) -> ImportTaskObserved:
    """From DescribeImportImageTasks or DescribeImportSnapshotTasks (kept 7 days, AWS_FACTS 1.1)."""
    task = Fields(described)
    details = [*task.children("snapshotDetails")]
    if single := task.child("snapshotTaskDetail"):
        details.append(single)
    return ImportTaskObserved(
        status=task.text("status") or task.child("snapshotTaskDetail").text("status"),
        image_id=find_id("image", task, "imageId"),
        snapshot_ids=tuple(found for entry in details if (found := find_id("snapshot", entry, "snapshotId"))),
        sources=tuple(
            ImportSource(
                disk_format=entry.text("format"),
                url=entry.text("url"),
                bucket=entry.child("userBucket").text("s3Bucket"),
                object_key=entry.child("userBucket").text("s3Key"),
            )
            for entry in details
        ),
    )


def build_account(described: JsonObject) -> AccountObserved:
    """From ListAccounts, with its `Path` of organizational units and its `Tags`."""
    account = Fields(described)
    tags = read_tags(account.children("tags"))
    return AccountObserved(
        name=account.wording("name"),
        email=account.text("email"),
        status=account.text("state", "status"),
        path=tuple(str(unit) for unit in account.members("path")),
        owner=next((value for key, value in tags.items() if key.lower() == "owner"), None),
        tags=tags if "Tags" in described else None,
    )


def _read_versions(template: Fields) -> Iterator[TemplateVersion]:
    for entry in template.children("launchTemplateVersions"):
        number = entry.number("versionNumber")
        if number is not None:
            settings = entry.child("launchTemplateData")
            yield TemplateVersion(
                number=number,
                image=_read_image(settings.text("imageId")),
                instance_type=settings.text("instanceType"),
            )


def _read_template(fields: Fields) -> TemplateReference | None:
    if not fields:
        return None
    return TemplateReference(
        template_id=fields.text("launchTemplateId"),
        template_name=fields.wording("launchTemplateName"),
        version=fields.text("version"),
    )


def _read_image(text: str | None) -> ImageReference | None:
    if text is None:
        return None
    if text.startswith(RESOLVE):
        return ImageReference(parameter=text.removeprefix(RESOLVE))
    return ImageReference(image_id=text) if find_kind(text) == "image" else None
