"""Fleets and Spot: requests that launch, beside the launches that EC2 records for them, and replaced roots."""

from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import place_instances, run_instances
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.references import Template
from ami_lineage_local.sample.world import MISSING_EVENT, Image, Instance, Origin, Snapshot, Volume


def create_fleet(
    stage: Stage, desk: Desk, template: Template, image: Image, *, names_image: bool, recorded: bool
) -> list[Instance]:
    """CreateFleet of type instant; `recorded` says whether RunInstances is recorded too.

    `names_image`: an override names the image, and so does the answer.
    """
    fleet_id = stage.names.resource("fleet")
    tags = {"aws:ec2:fleet-id": fleet_id}
    launch = Launch(
        count=stage.rng.randint(1, 2),
        tags=tags,
        template=template.template_id,
        version="1",
        names_image=False,
    )
    if recorded:
        service = Desk(desk.account_id, desk.region, stage.callers.fleet(desk.account_id, stage.now))
        instances = run_instances(stage, service, image, launch)
    else:
        instances = place_instances(stage, desk, image, launch)
        for instance in instances:
            _hide_launch(instance, known=names_image)
    override: Json = {"instanceType": "t3.micro"}
    if names_image:
        override["imageId"] = image.image_id
    specification = {"launchTemplateId": template.template_id, "version": "1"}
    request = {
        "type": "instant",
        "clientToken": stage.names.uuid(),
        "targetCapacitySpecification": {
            "totalTargetCapacity": launch.count,
            "defaultTargetCapacityType": "on-demand",
        },
        "launchTemplateConfigs": {
            "items": [{"launchTemplateSpecification": specification, "overrides": {"items": [override]}}]
        },
    }
    answer = {
        "launchTemplateAndOverrides": {"launchTemplateSpecification": specification, "overrides": override},
        "lifecycle": "on-demand",
        "instanceIds": {"items": [each.instance_id for each in instances]},
        "instanceType": "t3.micro",
    }
    response = {"fleetId": fleet_id, "errorSet": {}, "fleetInstanceSet": {"items": [answer]}}
    desk.call(stage, "CreateFleet", request, response)
    return instances


def request_spot(stage: Stage, desk: Desk, image: Image) -> list[Instance]:
    """RequestSpotInstances, and the launch with which Spot fulfils it."""
    request_id = stage.names.resource("sir")
    specification = {"imageId": image.image_id, "instanceType": "t3.micro"}
    request = {
        "spotPrice": "0.05",
        "instanceCount": 1,
        "type": "one-time",
        "launchSpecification": specification,
    }
    entry = {
        "spotInstanceRequestId": request_id,
        "spotPrice": "0.050000",
        "type": "one-time",
        "state": "open",
        "status": {"code": "pending-evaluation", "message": "submitted"},
        "launchSpecification": specification,
        "createTime": stage.now * 1000,
        "productDescription": "Linux/UNIX",
    }
    desk.call(stage, "RequestSpotInstances", request, {"spotInstanceRequestSet": {"items": [entry]}})
    service = Desk(desk.account_id, desk.region, stage.callers.spot(desk.account_id, stage.now))
    return run_instances(stage, service, image, Launch(tags={"Name": "spot"}))


def replace_root(
    stage: Stage, desk: Desk, instance: Instance, source: Image | Snapshot | Volume | None
) -> None:
    """CreateReplaceRootVolumeTask: with an image, a snapshot, a volume, or nothing (AWS_FACTS 1.7)."""
    request: Json = {"instanceId": instance.instance_id, "deleteReplacedRootVolume": True}
    task: Json = {
        "replaceRootVolumeTaskId": stage.names.resource("replacevol"),
        "instanceId": instance.instance_id,
    }
    task |= {"taskState": "pending", "startTime": stage.now * 1000}
    actual, known, confidence = instance.image, Origin.found(instance.image), "recorded"
    if isinstance(source, Image):
        request["imageId"] = task["imageId"] = source.image_id
        actual, known = source, Origin.found(source)
    elif isinstance(source, Snapshot):
        request["snapshotId"] = task["snapshotId"] = source.snapshot_id
        known, confidence = source.known, "reconstructed"
    elif isinstance(source, Volume):
        request["volumeId"] = source.volume_id
        known, confidence = source.known, "reconstructed"
    held = actual if source is None or isinstance(source, Image) else source.actual
    desk.call(stage, "CreateReplaceRootVolumeTask", request, {"replaceRootVolumeTask": task})
    instance.root = Volume(
        stage.names.resource("vol"),
        instance.region,
        instance.account_id,
        instance.zone,
        8,
        held,
        Origin.lost(MISSING_EVENT),
        recorded=False,
    )
    instance.change_root(stage.now, known, confidence)


def _hide_launch(instance: Instance, *, known: bool) -> None:
    """No RunInstances tells of it; only the fleet's answer does, perhaps with the image."""
    instance.recorded = False
    instance.launch_known = known
    if not known:
        instance.known = instance.runs[0].known = Origin.lost(MISSING_EVENT)
