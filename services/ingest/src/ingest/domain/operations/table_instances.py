"""The calls about instances, and about tags of whatever EC2 knows."""

from typing import Final

from ingest.domain.operations import fleets, instances, subjects, tags
from ingest.domain.operations.operation import EC2, Operation

_INSTANCE: Final = ("instance",)
_TAGGED: Final = ("image", "snapshot", "volume", "instance", "launch-template", "import-task")

INSTANCE_OPERATIONS: Final = (
    Operation(EC2, "RunInstances", _INSTANCE, instances.run_instances, subjects.launched_images),
    Operation(EC2, "StartInstances", _INSTANCE, instances.change_state, subjects.instances),
    Operation(EC2, "StopInstances", _INSTANCE, instances.change_state, subjects.instances),
    Operation(EC2, "TerminateInstances", _INSTANCE, instances.change_state, subjects.instances),
    Operation(
        EC2,
        "CreateReplaceRootVolumeTask",
        _INSTANCE,
        instances.create_replace_root_volume_task,
        subjects.instances,
    ),
    Operation(
        EC2,
        "CreateFleet",
        _INSTANCE,
        fleets.create_fleet,
        subjects.fleet_images,
        find_uneventful=fleets.find_later_launch,
    ),
    Operation(
        EC2,
        "RequestSpotInstances",
        _INSTANCE,
        fleets.request_spot_instances,
        subjects.fleet_images,
        find_uneventful=fleets.find_later_launch,
    ),
    Operation(
        EC2,
        "RequestSpotFleet",
        _INSTANCE,
        fleets.request_spot_fleet,
        subjects.fleet_images,
        find_uneventful=fleets.find_later_launch,
    ),
    Operation(
        EC2,
        "CreateTags",
        _TAGGED,
        tags.create_tags,
        subjects.tagged,
        find_unconcerned=tags.find_untracked,
    ),
    Operation(
        EC2,
        "DeleteTags",
        _TAGGED,
        tags.delete_tags,
        subjects.tagged,
        find_unconcerned=tags.find_untracked,
    ),
)
