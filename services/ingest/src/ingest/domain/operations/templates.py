"""Calls on launch templates; what instances they launch RunInstances tells (AWS_FACTS 1.7, 2.3)."""

from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.reference import (
    LaunchTemplateCreated,
    LaunchTemplateDefaultVersionChanged,
    LaunchTemplateDeleted,
    LaunchTemplateVersionCreated,
    LaunchTemplateVersionsDeleted,
    TemplateVersion,
)
from ingest.domain.call import Call, Fact, find_id, find_name, read_tag_specifications, read_tags
from ingest.domain.decoding import Fields, to_whole_number
from ingest.domain.operations.references import find_image_reference


def create_launch_template(call: Call) -> list[Fact]:
    """CreateLaunchTemplate: with version 1."""
    template = call.response.child("launchTemplate")
    data = call.request.child("launchTemplateData")
    version, complete = _read_version(call, 1, data)
    created = LaunchTemplateCreated(
        incomplete=not complete,
        owner_account_id=call.account_id,
        name=find_name(template, "launchTemplateName") or find_name(call.request, "launchTemplateName"),
        version=version,
        tags=read_tags(template.children("tagSet", "tags"))
        or read_tag_specifications(call.request, "launch-template"),
    )
    return _on_template(call, template, "launch_template.created", created)


def create_launch_template_version(call: Call) -> list[Fact]:
    """CreateLaunchTemplateVersion: the answer says all that the version holds, its source included."""
    answer = call.response.child("launchTemplateVersion")
    asked, held = call.request.child("launchTemplateData"), answer.child("launchTemplateData")
    number = answer.number("versionNumber")
    # What was asked for goes first: the answer may have resolved a parameter to an image (botocore: ec2).
    data = asked if asked.text("imageId") is not None else held or asked
    version, complete = (None, False) if number is None else _read_version(call, number, data)
    created = LaunchTemplateVersionCreated(
        incomplete=not complete,
        name=find_name(answer, "launchTemplateName") or find_name(call.request, "launchTemplateName"),
        version=version,
        source_version=call.request.text("sourceVersion"),
    )
    return _on_template(call, answer, "launch_template.version_created", created, str(number or ""))


def delete_launch_template_versions(call: Call) -> list[Fact]:
    """DeleteLaunchTemplateVersions: those that the answer says are gone."""
    answered = call.response.children(
        "successfullyDeletedLaunchTemplateVersionSet", "successfullyDeletedLaunchTemplateVersions"
    )
    template = answered[0] if answered else call.request
    numbers = [entry.number("versionNumber") for entry in answered]
    if not call.response:
        asked = call.request.members("launchTemplateVersion", "launchTemplateVersionSet", "versions")
        numbers = [to_whole_number(member) for member in asked]
    gone = tuple(sorted({number for number in numbers if number is not None}))
    deleted = LaunchTemplateVersionsDeleted(incomplete=not call.response, versions=gone)
    return _on_template(call, template, "launch_template.versions_deleted", deleted) if gone else []


def find_no_version(call: Call) -> str | None:
    """Why an answer that deleted no version is passed over."""
    refused = call.response.children(
        "unsuccessfullyDeletedLaunchTemplateVersionSet", "unsuccessfullyDeletedLaunchTemplateVersions"
    )
    gone = call.response.children(
        "successfullyDeletedLaunchTemplateVersionSet", "successfullyDeletedLaunchTemplateVersions"
    )
    return f"{call.operation} that deleted none" if refused and not gone else None


def modify_launch_template(call: Call) -> list[Fact]:
    """ModifyLaunchTemplate: the default version is all that it changes."""
    template = call.response.child("launchTemplate")
    version = template.number("defaultVersionNumber") or call.request.number(
        "setDefaultVersion", "defaultVersion"
    )
    changed = LaunchTemplateDefaultVersionChanged(version=version, incomplete=version is None)
    return _on_template(call, template, "launch_template.default_version_changed", changed)


def delete_launch_template(call: Call) -> list[Fact]:
    """DeleteLaunchTemplate."""
    template = call.response.child("launchTemplate")
    return _on_template(call, template, "launch_template.deleted", LaunchTemplateDeleted())


def _read_version(call: Call, number: int, data: Fields) -> tuple[TemplateVersion, bool]:
    """The version, and whether all that it says of its image was understood."""
    named = data.text("imageId")
    image = find_image_reference(named, call)
    version = TemplateVersion(number=number, image=image, instance_type=data.text("instanceType"))
    return version, bool(data) and (image is not None or named is None)


def _on_template(
    call: Call, answer: Fields, event_type: str, payload: Payload, discriminator: str = ""
) -> list[Fact]:
    template_id = find_id("launch-template", answer, "launchTemplateId") or find_id(
        "launch-template", call.request, "launchTemplateId"
    )
    if template_id is None:
        return []
    return [Fact(event_type, call.stream("launch-template", template_id), payload, discriminator)]
