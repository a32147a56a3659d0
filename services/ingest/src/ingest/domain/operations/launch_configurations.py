"""Calls on launch configurations, the older way to say what a group launches."""

from ami_lineage_contracts.events.reference import LaunchConfigurationCreated, LaunchConfigurationDeleted
from ingest.domain.call import Call, Fact, find_id, find_name
from ingest.domain.operations.references import find_image_reference


def create_launch_configuration(call: Call) -> list[Fact]:
    """CreateLaunchConfiguration: of an image, or with the settings of an instance."""
    stream_id = _find_stream(call)
    if stream_id is None:
        return []
    image = find_image_reference(call.request.text("imageId"), call)
    instance_id = find_id("instance", call.request, "instanceId")
    created = LaunchConfigurationCreated(
        incomplete=image is None and instance_id is None,
        owner_account_id=call.account_id,
        image=image,
        instance_type=call.request.text("instanceType"),
        from_instance=instance_id,
    )
    return [Fact("launch_configuration.created", stream_id, created)]


def delete_launch_configuration(call: Call) -> list[Fact]:
    """DeleteLaunchConfiguration."""
    stream_id = _find_stream(call)
    if stream_id is None:
        return []
    return [Fact("launch_configuration.deleted", stream_id, LaunchConfigurationDeleted())]


def _find_stream(call: Call) -> str | None:
    return call.find_named_stream("launch-configuration", find_name(call.request, "launchConfigurationName"))
