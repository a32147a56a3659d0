"""Key by key, the records have what real records of the same operation have."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ami_lineage_local.sample import generate

# Keys of request and response under each path in real records of version 1.08 and later (invictus-ir/aws_dataset,
# panther-labs/panther-analysis). A key without a mark is in all of them; `?` is in some of them, or not in every
# case that the sample has; `+` is in none of the few that are public, but a parameter of the API.
REAL: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "RunInstances": (
        {
            "": "blockDeviceMapping clientToken? disableApiStop disableApiTermination ebsOptimized? instanceType instancesSet launchTemplate+ monitoring subnetId? tagSpecificationSet?",
            "blockDeviceMapping": "items?",
            "blockDeviceMapping.items[]": "deviceName ebs",
            "blockDeviceMapping.items[].ebs": "deleteOnTermination encrypted? iops? snapshotId? throughput? volumeSize volumeType",
            "instancesSet": "items",
            "instancesSet.items[]": "imageId? maxCount minCount",
            "launchTemplate": "launchTemplateId+ version+",
            "monitoring": "enabled",
            "tagSpecificationSet": "items",
            "tagSpecificationSet.items[]": "resourceType tags",
            "tagSpecificationSet.items[].tags[]": "key value",
        },
        {
            "": "groupSet instancesSet ownerId requestId requesterId? reservationId",
            "instancesSet": "items",
            "instancesSet.items[]": "amiLaunchIndex architecture blockDeviceMapping capacityReservationSpecification clientToken? cpuOptions currentInstanceBootMode? ebsOptimized enaSupport enclaveOptions groupSet hibernationOptions? hypervisor imageId instanceId instanceState instanceType launchTime maintenanceOptions metadataOptions monitoring networkInterfaceSet placement privateDnsName privateDnsNameOptions privateIpAddress productCodes rootDeviceName? rootDeviceType sourceDestCheck stateReason subnetId tagSet virtualizationType vpcId",
            "instancesSet.items[].capacityReservationSpecification": "capacityReservationPreference",
            "instancesSet.items[].cpuOptions": "coreCount threadsPerCore",
            "instancesSet.items[].enclaveOptions": "enabled",
            "instancesSet.items[].groupSet": "items",
            "instancesSet.items[].groupSet.items[]": "groupId groupName?",
            "instancesSet.items[].hibernationOptions": "configured",
            "instancesSet.items[].instanceState": "code name",
            "instancesSet.items[].maintenanceOptions": "autoRecovery",
            "instancesSet.items[].metadataOptions": "httpEndpoint httpProtocolIpv4 httpProtocolIpv6 httpPutResponseHopLimit httpTokens instanceMetadataTags state",
            "instancesSet.items[].monitoring": "state",
            "instancesSet.items[].networkInterfaceSet": "items",
            "instancesSet.items[].networkInterfaceSet.items[]": "attachment groupSet interfaceType ipv6AddressesSet macAddress networkInterfaceId ownerId privateDnsName? privateIpAddress privateIpAddressesSet sourceDestCheck status subnetId tagSet vpcId",
            "instancesSet.items[].networkInterfaceSet.items[].attachment": "attachTime attachmentId deleteOnTermination deviceIndex networkCardIndex status",
            "instancesSet.items[].networkInterfaceSet.items[].groupSet": "items",
            "instancesSet.items[].networkInterfaceSet.items[].groupSet.items[]": "groupId groupName?",
            "instancesSet.items[].networkInterfaceSet.items[].privateIpAddressesSet": "item",
            "instancesSet.items[].networkInterfaceSet.items[].privateIpAddressesSet.item[]": "primary privateDnsName? privateIpAddress",
            "instancesSet.items[].placement": "availabilityZone tenancy",
            "instancesSet.items[].privateDnsNameOptions": "enableResourceNameDnsAAAARecord enableResourceNameDnsARecord hostnameType",
            "instancesSet.items[].stateReason": "code message",
            "instancesSet.items[].tagSet": "items?",
            "instancesSet.items[].tagSet.items[]": "key value",
        },
    ),
    "RegisterImage": (
        {
            "": "architecture blockDeviceMapping? enaSupport? imageLocation+ name rootDeviceName? sriovNetSupport? tagSpecificationSet+ virtualizationType+",
            "blockDeviceMapping": "items",
            "blockDeviceMapping.items[]": "deviceName ebs",
            "blockDeviceMapping.items[].ebs": "deleteOnTermination snapshotId volumeSize volumeType",
            "tagSpecificationSet": "items+",
            "tagSpecificationSet.items[]": "resourceType+ tags+",
            "tagSpecificationSet.items[].tags[]": "key+ value+",
        },
        {
            "": "imageId requestId",
        },
    ),
    "CreateVolume": (
        {
            "": "clientToken size? snapshotId+ tagSpecificationSet zone",
            "tagSpecificationSet": "items",
            "tagSpecificationSet.items[]": "resourceType tags",
            "tagSpecificationSet.items[].tags[]": "key value",
        },
        {
            "": "createTime encrypted iops multiAttachEnabled requestId size snapshotId+ status tagSet volumeId volumeType zone",
            "tagSet": "items",
            "tagSet.items[]": "key value",
        },
    ),
    "CreateSnapshot": (
        {
            "": "tagSpecificationSet volumeId",
            "tagSpecificationSet": "items",
            "tagSpecificationSet.items[]": "resourceType tags",
            "tagSpecificationSet.items[].tags[]": "key value",
        },
        {
            "": "encrypted ownerId requestId snapshotId startTime status tagSet volumeId volumeSize",
            "tagSet": "items",
            "tagSet.items[]": "key value",
        },
    ),
    "DeregisterImage": (
        {
            "": "deleteAssociatedSnapshots+ imageId",
        },
        {
            "": "_return requestId",
        },
    ),
    "ModifyImageAttribute": (
        {
            "": "attributeType? description+ imageId imdsSupport+ launchPermission?",
            "description": "value+",
            "imdsSupport": "value+",
            "launchPermission": "add? remove?",
            "launchPermission.add": "items",
            "launchPermission.add.items[]": "group+ organizationArn+ organizationalUnitArn+ userId?",
            "launchPermission.remove": "items",
            "launchPermission.remove.items[]": "group+ userId?",
        },
        {
            "": "_return requestId",
        },
    ),
    "TerminateInstances": (
        {
            "": "instancesSet",
            "instancesSet": "items",
            "instancesSet.items[]": "instanceId",
        },
        {
            "": "instancesSet requestId?",
            "instancesSet": "items",
            "instancesSet.items[]": "currentState instanceId previousState",
            "instancesSet.items[].currentState": "code name",
            "instancesSet.items[].previousState": "code name",
        },
    ),
    "CreateTags": (
        {
            "": "resourcesSet tagSet",
            "resourcesSet": "items",
            "resourcesSet.items[]": "resourceId",
            "tagSet": "items",
            "tagSet.items[]": "key value",
        },
        {
            "": "_return requestId",
        },
    ),
    "CreateImage": (
        {
            "": "blockDeviceMapping description+ instanceId name noReboot tagSpecificationSet+",
            "blockDeviceMapping": "items",
            "blockDeviceMapping.items[]": "deviceName ebs",
            "blockDeviceMapping.items[].ebs": "deleteOnTermination volumeSize",
            "tagSpecificationSet": "items+",
            "tagSpecificationSet.items[]": "resourceType+ tags+",
            "tagSpecificationSet.items[].tags[]": "key+ value+",
        },
        {
            "": "imageId requestId",
        },
    ),
    "DeleteSnapshot": (
        {
            "": "force snapshotId",
        },
        {
            "": "_return requestId",
        },
    ),
    "StopInstances": (
        {
            "": "force instancesSet",
            "instancesSet": "items",
            "instancesSet.items[]": "instanceId",
        },
        {
            "": "instancesSet requestId",
            "instancesSet": "items",
            "instancesSet.items[]": "currentState instanceId previousState",
            "instancesSet.items[].currentState": "code name",
            "instancesSet.items[].previousState": "code name",
        },
    ),
}


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Successful EC2 calls in the lowerCamel encoding."""
    out = tmp_path_factory.mktemp("sample")
    generate(out, accounts=12, images=300, days=90, seed=7)
    return list(successful(out))


def successful(out: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(out.rglob("*.json.gz")):
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
            response = record.get("responseElements") or {}
            if record["eventSource"] == "ec2.amazonaws.com" and "requestId" in response:
                yield record


def nodes(value: Any, path: str = "") -> Iterator[tuple[str, set[str]]]:
    if isinstance(value, dict):
        yield path, set(value)
        for key, inner in value.items():
            yield from nodes(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner, f"{path}[]")


@pytest.mark.parametrize("operation", sorted(REAL))
def test_keys_are_those_of_real_records(calls: list[dict[str, Any]], operation: str) -> None:
    compared = [record for record in calls if record["eventName"] == operation]
    assert compared
    for record in compared:
        for part, real in zip(("requestParameters", "responseElements"), REAL[operation], strict=True):
            for path, keys in nodes(record[part]):
                marked = real.get(path, "").split()
                assert keys <= {each.rstrip("?+") for each in marked}, (part, path)
                assert {each for each in marked if each[-1] not in "?+"} <= keys, (part, path)
