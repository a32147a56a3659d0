"""Launching, stopping and terminating instances; the shape of a launch response is that of AWS_FACTS 2.3."""

from dataclasses import dataclass, field

from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_items, tag_specifications
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import BEFORE_HISTORY, MISSING_EVENT, Image, Instance, Origin, Volume

_STATES = {"pending": 0, "running": 16, "shutting-down": 32, "stopping": 64, "stopped": 80}


@dataclass(frozen=True, slots=True)
class Launch:
    """How to launch: how many, with which tags, through what, and which fields the response lacks."""

    count: int = 1
    tags: dict[str, str] = field(default_factory=dict)
    template: str | None = None
    names_image: bool = True
    names_root_device: bool = True
    data_volume: bool = False


def run_instances(stage: Stage, desk: Desk, image: Image, launch: Launch) -> list[Instance]:
    """Launch and record it."""
    zone = f"{desk.region}{stage.rng.choice('abc')}"
    instances = [_instance(stage, desk, image, zone) for _ in range(launch.count)]
    for instance in instances:
        instance.known = Origin.found(image)
        if launch.data_volume:
            instance.data.append(("/dev/sdf", _volume(stage, desk, None, zone)))
    token = stage.names.uuid()
    subnet = stage.names.resource("subnet")
    network = (subnet, stage.names.resource("vpc"), stage.names.resource("sg"))
    entries = [
        _entry(stage, instance, launch, token, network, index) for index, instance in enumerate(instances)
    ]
    response: Json = {
        "reservationId": stage.names.resource("r"),
        "ownerId": desk.account_id,
        "groupSet": {},
        "instancesSet": {"items": entries},
    }
    if desk.caller.identity.get("invokedBy"):
        response["requesterId"] = "226008221399"
    desk.call(stage, "RunInstances", _request(image, launch, token, subnet), response)
    stage.world.instances.extend(instances)
    return instances


def unseen_instance(stage: Stage, desk: Desk, image: Image) -> Instance:
    """An instance that was launched, but whose launch the records do not show."""
    instance = _instance(stage, desk, image, f"{desk.region}a")
    instance.recorded = False
    instance.known = Origin.lost(BEFORE_HISTORY)
    stage.world.instances.append(instance)
    return instance


def terminate_instances(stage: Stage, desk: Desk, instances: list[Instance]) -> None:
    """Terminate for good."""
    _change(stage, desk, "TerminateInstances", instances, "shutting-down", {})
    for instance in instances:
        instance.state = "terminated"


def stop_instances(stage: Stage, desk: Desk, instances: list[Instance]) -> None:
    """Stop running instances."""
    _change(stage, desk, "StopInstances", instances, "stopping", {"force": False})
    for instance in instances:
        instance.state = "stopped"


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


def _request(image: Image, launch: Launch, token: str, subnet: str) -> Json:
    item: Json = {"imageId": image.image_id} if launch.names_image else {}
    item |= {"minCount": launch.count, "maxCount": launch.count}
    request: Json = {
        "instancesSet": {"items": [item]},
        "instanceType": "t3.micro",
        "blockDeviceMapping": {},
        "monitoring": {"enabled": False},
        "subnetId": subnet,
        "disableApiTermination": False,
        "disableApiStop": False,
        "clientToken": token,
        "ebsOptimized": False,
    }
    if launch.data_volume:
        disk = {"volumeSize": 20, "deleteOnTermination": True, "volumeType": "gp3"}
        request["blockDeviceMapping"] = {"items": [{"deviceName": "/dev/sdf", "ebs": disk}]}
    if launch.template is not None:
        request["launchTemplate"] = {"launchTemplateId": launch.template, "version": "4"}
    own_tags = {key: value for key, value in launch.tags.items() if not key.startswith("aws:")}
    if own_tags:
        request["tagSpecificationSet"] = tag_specifications(("instance", own_tags))
    return request


def _entry(
    stage: Stage,
    instance: Instance,
    launch: Launch,
    token: str,
    network: tuple[str, str, str],
    index: int,
) -> Json:
    subnet, vpc, group = network
    address = f"10.0.{stage.rng.randint(0, 255)}.{stage.rng.randint(4, 254)}"
    dns_name = f"ip-{address.replace('.', '-')}.{instance.region}.compute.internal"
    groups = {"items": [{"groupId": group, "groupName": "app"}]}
    entry: Json = {
        "instanceId": instance.instance_id,
        "imageId": instance.image.image_id,
        "currentInstanceBootMode": "legacy-bios",
        "instanceState": {"code": 0, "name": "pending"},
        "privateDnsName": dns_name,
        "amiLaunchIndex": index,
        "productCodes": {},
        "instanceType": "t3.micro",
        "launchTime": instance.launched_at * 1000,
        "placement": {"availabilityZone": instance.zone, "tenancy": "default"},
        "monitoring": {"state": "disabled"},
        "subnetId": subnet,
        "vpcId": vpc,
        "privateIpAddress": address,
        "stateReason": {"code": "pending", "message": "pending"},
        "architecture": "x86_64",
        "rootDeviceType": "ebs",
        "rootDeviceName": instance.root_device,
        "blockDeviceMapping": {},
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "tagSet": tag_items(launch.tags),
        "clientToken": token,
        "groupSet": groups,
        "sourceDestCheck": True,
        "networkInterfaceSet": {
            "items": [_interface(stage, instance, (subnet, vpc), groups, address, dns_name)],
        },
        "ebsOptimized": False,
        "enaSupport": True,
        "cpuOptions": {"coreCount": 1, "threadsPerCore": 2},
        "capacityReservationSpecification": {"capacityReservationPreference": "open"},
        "hibernationOptions": {"configured": False},
        "enclaveOptions": {"enabled": False},
        "metadataOptions": {
            "state": "pending",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 2,
            "httpEndpoint": "enabled",
            "httpProtocolIpv4": "enabled",
            "httpProtocolIpv6": "disabled",
            "instanceMetadataTags": "disabled",
        },
        "maintenanceOptions": {"autoRecovery": "default"},
        "privateDnsNameOptions": {
            "hostnameType": "ip-name",
            "enableResourceNameDnsARecord": False,
            "enableResourceNameDnsAAAARecord": False,
        },
    }
    if not launch.names_root_device:
        del entry["rootDeviceName"]
    return entry


def _interface(
    stage: Stage, instance: Instance, network: tuple[str, str], groups: Json, address: str, dns_name: str
) -> Json:
    subnet, vpc = network
    return {
        "networkInterfaceId": stage.names.resource("eni"),
        "subnetId": subnet,
        "vpcId": vpc,
        "ownerId": instance.account_id,
        "status": "in-use",
        "macAddress": "02:fc:9a:8a:db:c3",
        "privateIpAddress": address,
        "privateDnsName": dns_name,
        "sourceDestCheck": True,
        "interfaceType": "interface",
        "groupSet": groups,
        "attachment": {
            "attachmentId": stage.names.resource("eni-attach"),
            "deviceIndex": 0,
            "networkCardIndex": 0,
            "status": "attaching",
            "attachTime": instance.launched_at * 1000,
            "deleteOnTermination": True,
        },
        "privateIpAddressesSet": {
            "item": [{"privateIpAddress": address, "privateDnsName": dns_name, "primary": True}],
        },
        "ipv6AddressesSet": {},
        "tagSet": {},
    }
