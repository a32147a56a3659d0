"""Launching, starting, stopping and terminating instances."""

from ami_lineage_local.sample.cloud import notices
from ami_lineage_local.sample.cloud.launch_shapes import Launch, build_entry, build_request
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import BEFORE_HISTORY, MISSING_EVENT, Image, Instance, Origin, Volume

_TOLD = 0.3
_STATES = {"pending": 0, "running": 16, "shutting-down": 32, "stopping": 64, "stopped": 80, "terminated": 48}


def run_instances(stage: Stage, desk: Desk, image: Image, launch: Launch) -> list[Instance]:
    """Launch and record it."""
    instances = place_instances(stage, desk, image, launch)
    token = stage.names.uuid()
    subnet = stage.names.resource("subnet")
    network = (subnet, stage.names.resource("vpc"), stage.names.resource("sg"))
    entries = [
        build_entry(stage, instance, launch, token, network, index)
        for index, instance in enumerate(instances)
    ]
    response: Json = {
        "reservationId": stage.names.resource("r"),
        "ownerId": desk.account_id,
        "groupSet": {},
        "instancesSet": {"items": entries},
    }
    if desk.caller.identity.get("invokedBy"):
        response["requesterId"] = "226008221399"
    desk.call(stage, "RunInstances", build_request(image, launch, token, subnet), response)
    return instances


def place_instances(stage: Stage, desk: Desk, image: Image, launch: Launch) -> list[Instance]:
    """Instances that run now, without a record of it yet."""
    zone = f"{desk.region}{stage.rng.choice('abc')}"
    instances = [_instance(stage, desk, image, zone) for _ in range(launch.count)]
    for instance in instances:
        instance.group = launch.tags.get("aws:autoscaling:groupName")
        instance.change_root(stage.now, Origin.found(image), "recorded")
        if launch.data_volume:
            instance.data.append(("/dev/sdf", _volume(stage, desk, None, zone)))
        if stage.rng.random() < _TOLD:
            told = notices.tell_instance(stage, instance, "running", expected="pending")
            stage.start(told, stage.pause(15, 60))
    stage.world.instances.extend(instances)
    return instances


def unseen_instance(stage: Stage, desk: Desk, image: Image) -> Instance:
    """An instance that was launched, but whose launch the records do not show."""
    instance = _instance(stage, desk, image, f"{desk.region}a")
    instance.recorded = False
    instance.known_state = None
    instance.known = Origin.lost(BEFORE_HISTORY)
    stage.world.instances.append(instance)
    return instance


def terminate_instances(stage: Stage, desk: Desk, instances: list[Instance]) -> None:
    """Terminate for good."""
    _change(stage, desk, "TerminateInstances", instances, "shutting-down", {})
    for instance in instances:
        instance.state = "terminated"
        instance.end_run(stage.now)
    _tell(stage, instances, "shutting-down", "terminated")


def stop_instances(stage: Stage, desk: Desk, instances: list[Instance]) -> None:
    """Stop running instances."""
    _change(stage, desk, "StopInstances", instances, "stopping", {"force": False})
    for instance in instances:
        instance.state = "stopped"
    _tell(stage, instances, "stopping", "stopped")


def start_instances(stage: Stage, desk: Desk, instances: list[Instance]) -> None:
    """Start stopped instances."""
    _change(stage, desk, "StartInstances", instances, "pending", {})
    for instance in instances:
        instance.state = "running"
    _tell(stage, instances, "pending", "running")


def interrupt(stage: Stage, instance: Instance) -> None:
    """AWS takes an instance away: no call is recorded, EC2 alone tells."""
    instance.state = "terminated"
    instance.end_run(stage.now)
    stage.start(notices.tell_instance(stage, instance, "terminated"), 0)


def _tell(stage: Stage, instances: list[Instance], expected: str, state: str) -> None:
    for instance in instances:
        if stage.rng.random() < _TOLD:
            stage.start(notices.tell_instance(stage, instance, state, expected=expected), stage.pause(15, 60))


def _change(
    stage: Stage, desk: Desk, operation: str, instances: list[Instance], state: str, extra: Json
) -> None:
    request = {"instancesSet": {"items": [{"instanceId": each.instance_id} for each in instances]}, **extra}
    items = [
        {
            "instanceId": each.instance_id,
            "currentState": {"code": _STATES[state], "name": state},
            "previousState": {"code": _STATES[each.state], "name": each.state},
        }
        for each in instances
    ]
    desk.call(stage, operation, request, {"instancesSet": {"items": items}})
    for each in instances:
        each.known_state = state


def _volume(stage: Stage, desk: Desk, image: Image | None, zone: str) -> Volume:
    lost = Origin.lost(MISSING_EVENT)
    return Volume(
        stage.names.resource("vol"), desk.region, desk.account_id, zone, 8, image, lost, recorded=False
    )


def _instance(stage: Stage, desk: Desk, image: Image, zone: str) -> Instance:
    return Instance(
        instance_id=stage.names.resource("i"),
        region=desk.region,
        account_id=desk.account_id,
        zone=zone,
        image=image,
        launched_at=stage.now,
        recorded=True,
        root_device=image.root_device,
        root=_volume(stage, desk, image, zone),
        known=Origin.lost(BEFORE_HISTORY),
    )
