"""Calls that failed or were dry runs: facts for an audit that change no state (AWS_FACTS 2.4)."""

from ami_lineage_contracts.events.payload import OperationDenied
from ami_lineage_contracts.stream_ids import account_stream
from ingest.domain.call import Call, Fact, find_id, find_region
from ingest.domain.image_operations import read_snapshot_ids
from ingest.domain.instance_operations import read_image_ids, read_instance_ids
from ingest.domain.tag_operations import read_tagged_resources

Subject = tuple[str, str, str | None]
"""Kind, id, and the Region when it is not the call's."""


def find_denied(call: Call, subjects: list[Subject], code: str, message: str | None) -> list[Fact]:
    """One fact on each resource that the call was about, else on the account; none without an account."""
    denied = OperationDenied(
        operation=call.operation,
        error_code=code,
        error_message=message,
        dry_run=code.endswith("DryRunOperation"),
        resource_ids=tuple(dict.fromkeys(resource_id for _, resource_id, _ in subjects)),
    )
    if subjects:
        return [
            Fact(f"{kind}.operation_denied", call.stream(kind, resource_id, region), denied)
            for kind, resource_id, region in subjects
        ]
    if call.account_id is None:
        return []
    return [Fact("account.operation_denied", account_stream(call.partition, call.account_id), denied)]


def subject_image(call: Call) -> list[Subject]:
    """The image that the request names."""
    return _named(call, ("image", "imageId"))


def subject_snapshot(call: Call) -> list[Subject]:
    """The snapshot that the request names."""
    return _named(call, ("snapshot", "snapshotId"))


def subject_volume(call: Call) -> list[Subject]:
    """The volume that the request names."""
    return _named(call, ("volume", "volumeId"))


def subject_instances(call: Call) -> list[Subject]:
    """The instances that the request names."""
    return [("instance", instance_id, None) for instance_id in read_instance_ids(call.request)]


def subject_attachment(call: Call) -> list[Subject]:
    """The volume and the instance that the request names."""
    return _named(call, ("volume", "volumeId"), ("instance", "instanceId"))


def subject_snapshot_set(call: Call) -> list[Subject]:
    """The instance of CreateSnapshots."""
    instance_id = find_id("instance", call.request.child("instanceSpecification"), "instanceId")
    return [] if instance_id is None else [("instance", instance_id, None)]


def subject_launched_images(call: Call) -> list[Subject]:
    """The images of a launch request."""
    return [("image", image_id, None) for image_id in read_image_ids(call.request)]


def subject_mapped_snapshots(call: Call) -> list[Subject]:
    """The snapshots of RegisterImage."""
    return [("snapshot", snapshot_id, None) for snapshot_id in read_snapshot_ids(call.request)]


def subject_source_image(call: Call) -> list[Subject]:
    """The source of CopyImage, in its Region."""
    return _source(call, "image", "sourceImageId")


def subject_source_snapshot(call: Call) -> list[Subject]:
    """The source of CopySnapshot, in its Region."""
    return _source(call, "snapshot", "sourceSnapshotId")


def subject_tagged(call: Call) -> list[Subject]:
    """The resources of CreateTags and DeleteTags that have a stream."""
    return [(kind, resource_id, None) for kind, resource_id in read_tagged_resources(call.request)]


def _named(call: Call, *wanted: tuple[str, str]) -> list[Subject]:
    found = ((kind, find_id(kind, call.request, name)) for kind, name in wanted)
    return [(kind, resource_id, None) for kind, resource_id in found if resource_id is not None]


def _source(call: Call, kind: str, name: str) -> list[Subject]:
    resource_id = find_id(kind, call.request, name)
    region = find_region(call.request, "sourceRegion")
    # Without its Region the source has no stream; the account then gets the fact.
    return [] if resource_id is None or region is None else [(kind, resource_id, region)]
