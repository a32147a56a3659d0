"""The shapes of RunInstances, key by key those of real records (AWS_FACTS 2.3)."""

from dataclasses import dataclass, field

from ami_lineage_local.sample.cloud.stage import Stage, tag_items, tag_specifications
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import Image, Instance


@dataclass(frozen=True, slots=True)
class Launch:
    """How to launch: how many, with which tags, through what, and which fields the response lacks."""

    count: int = 1
    tags: dict[str, str] = field(default_factory=dict)
    template: str | None = None
    version: str = "4"
    names_image: bool = True
    names_root_device: bool = True
    data_volume: bool = False


def build_request(image: Image, launch: Launch, token: str, subnet: str) -> Json:
    """Parameters of RunInstances."""
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
        request["launchTemplate"] = {"launchTemplateId": launch.template, "version": launch.version}
    own_tags = {key: value for key, value in launch.tags.items() if not key.startswith("aws:")}
    if own_tags:
        request["tagSpecificationSet"] = tag_specifications(("instance", own_tags))
    return request


def build_entry(
    stage: Stage,
    instance: Instance,
    launch: Launch,
    token: str,
    network: tuple[str, str, str],
    index: int,
) -> Json:
    """One item of the instances of a launch response."""
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
