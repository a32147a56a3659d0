"""What Describe calls say about whatever names an image, and about imports (AWS_FACTS 1.4, 1.7).

`call` says in which account and Region was asked: a parameter is named from there.
"""

import re
from collections.abc import Iterator
from typing import Final

from ami_lineage_contracts.events.coverage import AccountObserved
from ami_lineage_contracts.events.external import ImportTaskObserved
from ami_lineage_contracts.events.payload import ImportSource
from ami_lineage_contracts.events.reference import (
    AutoScalingGroupObserved,
    ImageRecipeObserved,
    LaunchConfigurationObserved,
    LaunchTemplateObserved,
    ParameterObserved,
    TemplateVersion,
)
from ingest.domain.call import Call, find_id, read_tags
from ingest.domain.decoding import Fields, JsonObject
from ingest.domain.operations.group_launches import read_group_launch
from ingest.domain.operations.references import find_image_reference

_RECIPE_VERSION: Final = re.compile(r"/(\d+\.\d+\.\d+)(/\d+)?$")


def build_launch_template(described: JsonObject, call: Call) -> LaunchTemplateObserved:
    """From DescribeLaunchTemplates, with all of its `LaunchTemplateVersions`."""
    template = Fields(described)
    return LaunchTemplateObserved(
        incomplete="LaunchTemplateVersions" not in described,
        owner_account_id=template.account("ownerId"),
        name=template.wording("launchTemplateName"),
        default_version=template.number("defaultVersionNumber"),
        latest_version=template.number("latestVersionNumber"),
        versions=tuple(sorted(_read_versions(template, call), key=lambda version: version.number)),
        tags=read_tags(template.children("tags")),
    )


def build_group(described: JsonObject, call: Call) -> AutoScalingGroupObserved:
    """From DescribeAutoScalingGroups."""
    group = Fields(described)
    launch, understood = read_group_launch(group, call)
    return AutoScalingGroupObserved(
        incomplete=launch is None or not understood,
        owner_account_id=group.account("ownerId"),
        launch=launch,
        min_size=group.number("minSize"),
        max_size=group.number("maxSize"),
        desired_capacity=group.number("desiredCapacity"),
        instance_ids=tuple(
            sorted(found for entry in group.children("instances") if (found := entry.text("instanceId")))
        ),
        tags=read_tags(group.children("tags")),
    )


def build_launch_configuration(described: JsonObject, call: Call) -> LaunchConfigurationObserved:
    """From DescribeLaunchConfigurations."""
    configuration = Fields(described)
    image = find_image_reference(configuration.text("imageId"), call)
    return LaunchConfigurationObserved(
        incomplete=image is None,
        owner_account_id=configuration.account("ownerId"),
        image=image,
        instance_type=configuration.text("instanceType"),
    )


def build_parameter(described: JsonObject, _call: Call) -> ParameterObserved:
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


def build_recipe(described: JsonObject, call: Call) -> ImageRecipeObserved:
    """From ListImageRecipes: its parent is an image, a parameter, or an Image Builder image."""
    recipe = Fields(described)
    parent = recipe.text("parentImage") or ""
    arn = recipe.text("arn") or ""
    version = _RECIPE_VERSION.search(arn)
    image = find_image_reference(parent, call)
    parent_arn = parent if parent.startswith("arn:") else None
    return ImageRecipeObserved(
        incomplete=image is None and parent_arn is None,
        owner_account_id=recipe.account("ownerId"),
        image=image,
        parent_arn=parent_arn,
        version=version[1] if version else None,
    )


def build_import_task(described: JsonObject, _call: Call) -> ImportTaskObserved:
    """From DescribeImportImageTasks or DescribeImportSnapshotTasks (kept 7 days, AWS_FACTS 1.1)."""
    task = Fields(described)
    details = [*task.children("snapshotDetails")]
    if single := task.child("snapshotTaskDetail"):
        details.append(single)
    return ImportTaskObserved(
        status=task.text("status") or task.child("snapshotTaskDetail").text("status"),
        image_id=find_id("image", task, "imageId"),
        snapshot_ids=tuple(found for entry in details if (found := find_id("snapshot", entry, "snapshotId"))),
        sources=tuple(source for entry in details if (source := _read_source(entry)) != _NOWHERE),
    )


def build_account(described: JsonObject, _call: Call) -> AccountObserved:
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


def _read_versions(template: Fields, call: Call) -> Iterator[TemplateVersion]:
    for entry in template.children("launchTemplateVersions"):
        number = entry.number("versionNumber")
        if number is not None:
            settings = entry.child("launchTemplateData")
            yield TemplateVersion(
                number=number,
                image=find_image_reference(settings.text("imageId"), call),
                instance_type=settings.text("instanceType"),
            )


def _read_source(entry: Fields) -> ImportSource:
    """From where a disk came; the snapshot that the entry names is what was made of it."""
    return ImportSource(
        disk_format=entry.text("format"),
        url=entry.text("url"),
        bucket=entry.child("userBucket").text("s3Bucket"),
        object_key=entry.child("userBucket").text("s3Key"),
    )


_NOWHERE = ImportSource()
