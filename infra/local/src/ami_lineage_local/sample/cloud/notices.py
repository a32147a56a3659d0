"""What EC2 itself tells the account's event bus: states of images and instances, ends of snapshots (AWS_FACTS 3.7)."""

from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.names import iso, partition_of
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.world import Image, Instance, Snapshot

_IMAGE = "EC2 AMI State Change"
_INSTANCE = "EC2 Instance State-change Notification"
_SNAPSHOT = "EBS Snapshot Notification"
_SNAPSHOTS = "EBS Multi-Volume Snapshots Completion Status"


def tell_available(stage: Stage, image: Image) -> Work[None]:
    """A pending image became available, unless something else became of it meanwhile."""
    if image.state == "available" and image.known_state in ("pending", None):
        yield from tell_state(stage, image, "available")


def tell_state(stage: Stage, image: Image, state: str, message: str = "") -> Work[None]:
    """An image is in a state; EC2 tells only some, and these only mostly."""
    if image.state == state:
        image.tell(state, stage.now)
        detail = {
            "RequestId": stage.names.uuid(),
            "ImageId": image.image_id,
            "State": state,
            "ErrorMessage": message,
        }
        arn = f"arn:{image.partition}:ec2:{image.region}::image/{image.image_id}"
        stage.recorder.notice((image.account_id, image.region), stage.now, _IMAGE, [arn], detail)
    yield from ()


def tell_instance(stage: Stage, instance: Instance, state: str, *, expected: str | None = None) -> Work[None]:
    """An instance is in a state; nothing is told when it left the state expected."""
    if expected is None or instance.known_state == expected:
        instance.known_state = state
        place = (instance.account_id, instance.region)
        partition = partition_of(instance.region)
        arn = f"arn:{partition}:ec2:{instance.region}:{instance.account_id}:instance/{instance.instance_id}"
        detail = {"instance-id": instance.instance_id, "state": state}
        stage.recorder.notice(place, stage.now, _INSTANCE, [arn], detail)
    yield from ()


def tell_snapshot(
    stage: Stage, snapshot: Snapshot, event: str, source: tuple[str, str, str], *, cause: str = ""
) -> None:
    """A snapshot or a copy ended; `source` is Region, kind and id of what it was made of."""
    region, kind, source_id = source
    arn = _arn(snapshot.region, "snapshot", snapshot.snapshot_id)
    detail: Json = {
        "event": event,
        "result": "failed" if cause else "succeeded",
        "cause": cause,
        "request-id": stage.names.uuid(),
        "snapshot_id": arn,
        "source": _arn(region, kind, source_id),
        "startTime": iso(stage.now - 60),
        "endTime": iso(stage.now),
    }
    if event == "copySnapshot" and not cause:
        detail["Incremental"] = "false"
    stage.recorder.notice((snapshot.account_id, snapshot.region), stage.now, _SNAPSHOT, [arn], detail)


def tell_snapshots(stage: Stage, made: list[tuple[Snapshot, str]]) -> None:
    """CreateSnapshots ended; each snapshot with the volume it is of."""
    first = made[0][0]
    entries = [
        {
            "snapshot_id": _arn(snapshot.region, "snapshot", snapshot.snapshot_id),
            "source": _arn(snapshot.region, "volume", volume_id),
            "status": "completed",
        }
        for snapshot, volume_id in made
    ]
    detail: Json = {
        "event": "createSnapshots",
        "result": "succeeded",
        "cause": "",
        "request-id": stage.names.uuid(),
        "startTime": iso(stage.now - 60),
        "endTime": iso(stage.now),
        "snapshots": entries,
    }
    resources = [entry["snapshot_id"] for entry in entries]
    stage.recorder.notice((first.account_id, first.region), stage.now, _SNAPSHOTS, resources, detail)


def _arn(region: str, kind: str, resource_id: str) -> str:
    """The odd form of these events: the Region stands where the account is (AWS_FACTS 3.7)."""
    return f"arn:{partition_of(region)}:ec2::{region}:{kind}/{resource_id}"
