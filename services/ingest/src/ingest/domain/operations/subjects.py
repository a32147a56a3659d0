"""What a call that failed, or was a dry run, was about: an audit fact that changes no state (AWS_FACTS 2.4)."""

from dataclasses import dataclass

from ami_lineage_contracts.events.payload import OperationDenied
from ami_lineage_contracts.stream_ids import account_stream
from ingest.domain.call import Call, Fact, find_id, find_name, find_region
from ingest.domain.decoding import to_text
from ingest.domain.operations.fleets import read_fleet_images
from ingest.domain.operations.groups import read_group_instances
from ingest.domain.operations.image_making import read_snapshot_ids
from ingest.domain.operations.instances import read_image_ids, read_instance_ids
from ingest.domain.operations.parameters import find_parameter_stream
from ingest.domain.operations.recipes import find_recipe_stream
from ingest.domain.operations.tags import find_tagged_groups, read_tagged_resources


@dataclass(frozen=True, slots=True)
class Subject:
    """A resource by its kind, its id or name, and its stream."""

    kind: str
    resource_id: str
    stream_id: str


def build_denied(call: Call, subjects: list[Subject], code: str, message: str | None) -> list[Fact]:
    """One fact on each resource that the call was about, else on the account; none without an account."""
    denied = OperationDenied(
        operation=call.operation,
        error_code=code,
        error_message=message,
        dry_run=code.endswith("DryRunOperation"),
        resource_ids=tuple(dict.fromkeys(subject.resource_id for subject in subjects)),
    )
    if subjects:
        return [
            Fact(f"{subject.kind.replace('-', '_')}.operation_denied", subject.stream_id, denied)
            for subject in subjects
        ]
    if call.account_id is None:
        return []
    return [Fact("account.operation_denied", account_stream(call.partition, call.account_id), denied)]


def no_subject(_call: Call) -> list[Subject]:
    """The request names no resource that has a stream: the account gets the fact."""
    return []


def image(call: Call) -> list[Subject]:
    """The image that the request names."""
    return _named(call, ("image", "imageId"))


def snapshot(call: Call) -> list[Subject]:
    """The snapshot that the request names."""
    return _named(call, ("snapshot", "snapshotId"))


def parent_snapshot(call: Call) -> list[Subject]:
    """The snapshot on which StartSnapshot was to build."""
    return _named(call, ("snapshot", "parentSnapshotId"))


def volume(call: Call) -> list[Subject]:
    """The volume that the request names."""
    return _named(call, ("volume", "volumeId"))


def source_volume(call: Call) -> list[Subject]:
    """The volume that CopyVolumes was to copy."""
    return _named(call, ("volume", "sourceVolumeId"))


def template(call: Call) -> list[Subject]:
    """The launch template that the request names by its id."""
    return _named(call, ("launch-template", "launchTemplateId"))


def template_image(call: Call) -> list[Subject]:
    """The image of a template that was to be created."""
    image_id = find_id("image", call.request.child("launchTemplateData"), "imageId")
    return _regional(call, "image", [image_id] if image_id is not None else [])


def instances(call: Call) -> list[Subject]:
    """The instances that the request names."""
    return _regional(call, "instance", read_instance_ids(call.request))


def attachment(call: Call) -> list[Subject]:
    """The volume and the instance that the request names."""
    return _named(call, ("volume", "volumeId"), ("instance", "instanceId"))


def snapshot_set(call: Call) -> list[Subject]:
    """The instance of CreateSnapshots."""
    instance_id = find_id("instance", call.request.child("instanceSpecification"), "instanceId")
    return _regional(call, "instance", [instance_id] if instance_id is not None else [])


def launched_images(call: Call) -> list[Subject]:
    """The images of a launch request."""
    return _regional(call, "image", read_image_ids(call.request))


def fleet_images(call: Call) -> list[Subject]:
    """The images that a request for a fleet or for Spot instances names itself."""
    return _regional(call, "image", read_fleet_images(call.request))


def mapped_snapshots(call: Call) -> list[Subject]:
    """The snapshots of RegisterImage."""
    return _regional(call, "snapshot", read_snapshot_ids(call.request))


def imported_snapshots(call: Call) -> list[Subject]:
    """The snapshots that ImportImage was to import."""
    containers = call.request.children("diskContainer", "diskContainers", "diskContainerSet")
    found = (find_id("snapshot", entry, "snapshotId") for entry in containers)
    return _regional(call, "snapshot", [each for each in found if each is not None])


def source_image(call: Call) -> list[Subject]:
    """The source of CopyImage, in its Region."""
    return _source(call, "image", "sourceImageId")


def source_snapshot(call: Call) -> list[Subject]:
    """The source of CopySnapshot, in its Region."""
    return _source(call, "snapshot", "sourceSnapshotId")


def tagged(call: Call) -> list[Subject]:
    """The resources of CreateTags and DeleteTags that have a stream."""
    return [
        Subject(kind, resource_id, call.stream(kind, resource_id))
        for kind, resource_id in read_tagged_resources(call.request)
    ]


def group(call: Call) -> list[Subject]:
    """The auto scaling group that the request names."""
    return _by_name(call, "auto-scaling-group", find_name(call.request, "autoScalingGroupName"))


def group_instances(call: Call) -> list[Subject]:
    """The instances that were to come to a group or to leave it, and the group."""
    return [*_regional(call, "instance", read_group_instances(call.request)), *group(call)]


def tagged_groups(call: Call) -> list[Subject]:
    """The groups whose tags were to change."""
    return [
        subject for name in find_tagged_groups(call) for subject in _by_name(call, "auto-scaling-group", name)
    ]


def launch_configuration(call: Call) -> list[Subject]:
    """The launch configuration that the request names."""
    return _by_name(call, "launch-configuration", find_name(call.request, "launchConfigurationName"))


def parameter(call: Call) -> list[Subject]:
    """The parameter that the request names."""
    return _parameters(call, [find_name(call.request, "name")])


def parameters(call: Call) -> list[Subject]:
    """The parameters that the request names."""
    return _parameters(call, [to_text(member) for member in call.request.members("names")])


def recipe(call: Call) -> list[Subject]:
    """The image recipe that the request names."""
    stream_id = find_recipe_stream(call)
    resource_id = call.request.text("imageRecipeArn", "name")
    if stream_id is None or resource_id is None:
        return []
    return [Subject("image-recipe", resource_id, stream_id)]


def _parameters(call: Call, names: list[str | None]) -> list[Subject]:
    found = ((name, find_parameter_stream(call, name)) for name in dict.fromkeys(names))
    return [
        Subject("parameter", name, stream_id)
        for name, stream_id in found
        if name is not None and stream_id is not None
    ]


def _by_name(call: Call, kind: str, name: str | None) -> list[Subject]:
    stream_id = call.find_named_stream(kind, name)
    return [] if stream_id is None or name is None else [Subject(kind, name, stream_id)]


def _regional(call: Call, kind: str, resource_ids: list[str]) -> list[Subject]:
    return [Subject(kind, resource_id, call.stream(kind, resource_id)) for resource_id in resource_ids]


def _named(call: Call, *wanted: tuple[str, str]) -> list[Subject]:
    found = ((kind, find_id(kind, call.request, name)) for kind, name in wanted)
    return [
        Subject(kind, resource_id, call.stream(kind, resource_id))
        for kind, resource_id in found
        if resource_id is not None
    ]


def _source(call: Call, kind: str, name: str) -> list[Subject]:
    resource_id = find_id(kind, call.request, name)
    region = find_region(call.request, "sourceRegion")
    # Without its Region the source has no stream; the account then gets the fact.
    if resource_id is None or region is None:
        return []
    return [Subject(kind, resource_id, call.stream(kind, resource_id, region))]
