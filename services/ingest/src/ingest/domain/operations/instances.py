"""Calls that launch instances, change their state and replace their root (AWS_FACTS 1.7, 2.3)."""

from typing import Final

from ami_lineage_contracts.events.instance import (
    InstanceLaunched,
    InstanceRootVolumeReplaced,
    InstanceStateChanged,
)
from ingest.domain.call import Call, Fact, find_id, read_tag_specifications, read_tags
from ingest.domain.decoding import Fields

_GROUP_TAG: Final = "aws:autoscaling:groupName"
_TEMPLATE_TAG: Final = "aws:ec2launchtemplate:id"
_TEMPLATE_VERSION_TAG: Final = "aws:ec2launchtemplate:version"
# What an accepted call brings the instance to, for answers that were omitted (EC2 instance lifecycle).
_STATE_AFTER: Final = {
    "TerminateInstances": "shutting-down",
    "StopInstances": "stopping",
    "StartInstances": "pending",
}


def run_instances(call: Call) -> list[Fact]:
    """RunInstances: one launch for each instance of the response, never from the request."""
    owner = call.response.account("ownerId") or call.account_id
    reservation = call.response.text("reservationId")
    facts = []
    for entry in call.response.children("instancesSet", "instances"):
        instance_id = find_id("instance", entry, "instanceId")
        if instance_id is None:
            continue
        launched = _read_launch(call, entry, owner, reservation)
        facts.append(Fact("instance.launched", call.stream("instance", instance_id), launched))
    return facts


def change_state(call: Call) -> list[Fact]:
    """StartInstances, StopInstances, TerminateInstances."""
    entries = call.response.children("instancesSet", "instances")
    facts = []
    for entry in entries:
        instance_id = find_id("instance", entry, "instanceId")
        if instance_id is None:
            continue
        state = entry.child("currentState").text("name")
        changed = InstanceStateChanged(
            incomplete=state is None,
            state=state or _STATE_AFTER[call.operation],
            previous_state=entry.child("previousState").text("name"),
        )
        facts.append(Fact("instance.state_changed", call.stream("instance", instance_id), changed))
    if facts:
        return facts
    return [
        Fact(
            "instance.state_changed",
            call.stream("instance", instance_id),
            InstanceStateChanged(incomplete=True, state=_STATE_AFTER[call.operation]),
        )
        for instance_id in read_instance_ids(call.request)
    ]


def create_replace_root_volume_task(call: Call) -> list[Fact]:
    """CreateReplaceRootVolumeTask; only a request that is there and names nothing means the root as launched."""
    task = call.response.child("replaceRootVolumeTask")
    instance_id = find_id("instance", call.request, "instanceId") or find_id("instance", task, "instanceId")
    if instance_id is None:
        return []
    source = call.request or task
    named = source.text("imageId") or source.text("snapshotId") or source.text("volumeId")
    image_id, snapshot_id, volume_id = (
        find_id("image", source, "imageId"),
        find_id("snapshot", source, "snapshotId"),
        find_id("volume", source, "volumeId"),
    )
    replaced = InstanceRootVolumeReplaced(
        incomplete=not call.request or (named is not None and not (image_id or snapshot_id or volume_id)),
        task_id=task.text("replaceRootVolumeTaskId"),
        image_id=image_id,
        snapshot_id=snapshot_id,
        volume_id=volume_id,
    )
    return [Fact("instance.root_volume_replaced", call.stream("instance", instance_id), replaced)]


def read_instance_ids(request: Fields) -> list[str]:
    """Instances that a request names, alone or in a list."""
    single = find_id("instance", request, "instanceId")
    if single is not None:
        return [single]
    found = []
    for member in request.members("instancesSet", "instanceId", "instanceIds"):
        fields = Fields(member if isinstance(member, dict) else {"instanceId": member})
        instance_id = find_id("instance", fields, "instanceId", "content")
        if instance_id is not None:
            found.append(instance_id)
    return found


def read_image_ids(request: Fields) -> list[str]:
    """Images that a launch request names; none when a template does."""
    places = [request, *request.children("instancesSet")]
    found = (find_id("image", place, "imageId") for place in places)
    return list(dict.fromkeys(image_id for image_id in found if image_id is not None))


def _read_launch(call: Call, entry: Fields, owner: str | None, reservation: str | None) -> InstanceLaunched:
    tags = read_tags(entry.children("tagSet", "tags")) or read_tag_specifications(call.request, "instance")
    image_id = find_id("image", entry, "imageId")
    template = call.request.child("launchTemplate")
    return InstanceLaunched(
        incomplete=image_id is None,
        owner_account_id=owner,
        image_id=image_id,
        instance_type=entry.text("instanceType"),
        launched_at=entry.moment("launchTime"),
        state=entry.child("instanceState").text("name"),
        availability_zone=entry.child("placement").text("availabilityZone"),
        subnet_id=entry.text("subnetId"),
        vpc_id=entry.text("vpcId"),
        private_ip=entry.text("privateIpAddress"),
        public_ip=entry.text("ipAddress", "publicIpAddress"),
        root_device_name=entry.text("rootDeviceName"),
        root_device_type=entry.text("rootDeviceType"),
        instance_profile=_read_profile(entry) or _read_profile(call.request),
        launch_template_id=tags.get(_TEMPLATE_TAG) or template.text("launchTemplateId"),
        launch_template_version=tags.get(_TEMPLATE_VERSION_TAG) or template.text("version"),
        auto_scaling_group=tags.get(_GROUP_TAG),
        reservation_id=reservation,
        tags=tags,
    )


def _read_profile(fields: Fields) -> str | None:
    return fields.child("iamInstanceProfile").text("arn", "name")
