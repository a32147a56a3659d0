"""Records that say nothing about images: reads, other services, and other services' calls of the same names."""

from collections.abc import Callable
from random import Random
from typing import Any

from ami_lineage_local.sample.identity import Caller
from ami_lineage_local.sample.names import Names
from ami_lineage_local.sample.records import build_record

Json = dict[str, Any]
Noise = Callable[[Random, Names, tuple[str, str], int], Json]
Shape = Callable[[Names], tuple[Json | None, Json | None]]


def _nothing(_: Names) -> tuple[Json | None, Json | None]:
    return None, None


def _read(key: str, member: str, prefix: str) -> Shape:
    def shape(names: Names) -> tuple[Json | None, Json | None]:
        return {key: {"items": [{member: names.resource(prefix)}]}, "filterSet": {}}, None

    return shape


def _wrapped_read(operation: str, limit: int) -> Shape:
    return lambda _: ({f"{operation}Request": {"MaxResults": limit}}, None)


def _fixed(request: Json | None, response: Json | None = None) -> Shape:
    return lambda _: (request, response)


def _security_group(names: Names) -> tuple[Json | None, Json | None]:
    request = {"groupName": "web", "groupDescription": "web", "vpcId": names.resource("vpc")}
    return request, {"requestId": names.uuid(), "_return": True, "groupId": names.resource("sg")}


def _fsx_volume(names: Names) -> tuple[Json | None, Json | None]:
    return (
        {"volumeType": "ONTAP", "name": "shared", "clientRequestToken": names.uuid()},
        {
            "volume": {
                "volumeId": f"fsvol-{names.resource('x')[2:]}",
                "lifecycle": "CREATING",
                "name": "shared",
            }
        },
    )


def _calls(source: str, operation: str, shape: Shape, *, read_only: bool = True) -> Noise:
    def noise(_: Random, names: Names, place: tuple[str, str], moment: int) -> Json:
        request, response = shape(names)
        return build_record(
            names,
            _console(place[0]),
            place,
            moment,
            source=f"{source}.amazonaws.com",
            operation=operation,
            request=request,
            response=response,
            request_id=names.uuid(),
            read_only=read_only,
        )

    return noise


def _console(account_id: str) -> Caller:
    arn = f"arn:aws:iam::{account_id}:user/monitoring"
    identity = {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLEMONITORING",
        "arn": arn,
        "accountId": account_id,
        "accessKeyId": "AKIAEXAMPLEMONITORING",
        "userName": "monitoring",
    }
    return Caller(identity, arn, "203.0.113.9", "Boto3/1.35.24 md/Botocore#1.35.24", through_tls=True)


def _app_stream(_: Random, names: Names, place: tuple[str, str], moment: int) -> Json:
    """The image of an AppStream builder: same action name, another service, no requestParameters."""
    record = build_record(
        names,
        _console(place[0]),
        place,
        moment,
        source="appstream.amazonaws.com",
        operation="CreateImage",
        request=None,
        response=None,
        request_id=names.uuid(),
    )
    record["eventType"] = "AwsServiceEvent"
    record["serviceEventDetails"] = {
        "ImageName": "Office",
        "ImagePlatform": "WINDOWS",
        "ImageState": "PENDING",
    }
    return record


_TAGS = {
    "resourceName": "arn:aws:redshift:us-east-1:111122223333:cluster:c",
    "tags": [{"key": "Owner", "value": "x"}],
}
_READS = (
    _calls("ec2", "DescribeImages", _read("imagesSet", "imageId", "ami")),
    _calls("ec2", "DescribeInstances", _read("instancesSet", "instanceId", "i")),
    _calls("ec2", "DescribeVolumes", _read("volumeSet", "volumeId", "vol")),
    _calls("ec2", "DescribeSnapshots", _read("snapshotSet", "snapshotId", "snap")),
    _calls("ec2", "DescribeLaunchTemplates", _wrapped_read("DescribeLaunchTemplates", 1)),
    _calls("ec2", "DescribeVpcEndpoints", _wrapped_read("DescribeVpcEndpoints", 1000)),
    _calls("ec2", "DescribeRouteTables", _fixed({"routeTableIdSet": {}, "filterSet": {}})),
    _calls("autoscaling", "DescribeAutoScalingGroups", _fixed({"maxRecords": 100})),
    _calls("iam", "ListRolePolicies", _fixed({"roleName": "deployer"})),
    _calls("iam", "GetUser", _nothing),
    _calls("s3", "GetBucketAcl", _fixed({"bucketName": "logs-example", "acl": ""})),
    _calls("ssm", "GetParameter", _fixed({"name": "/app/database", "withDecryption": True})),
    _calls("kms", "Decrypt", _fixed({"encryptionAlgorithm": "SYMMETRIC_DEFAULT"})),
    _calls("sts", "GetCallerIdentity", _nothing),
)
_WRITES = (
    _calls("ec2", "CreateSecurityGroup", _security_group, read_only=False),
    _calls(
        "logs", "CreateLogStream", _fixed({"logGroupName": "/app", "logStreamName": "s"}), read_only=False
    ),
    _calls(
        "iam",
        "AttachRolePolicy",
        _fixed({"roleName": "app", "policyArn": "arn:aws:iam::aws:policy/X"}),
        read_only=False,
    ),
    _calls(
        "lambda",
        "UpdateFunctionCode20150331v2",
        _fixed({"functionName": "f", "dryRun": False}),
        read_only=False,
    ),
)
_SAME_NAMES = (
    _app_stream,
    _calls("sagemaker", "CreateImage", _fixed({"imageName": "notebook"}, {"imageArn": "x"}), read_only=False),
    _calls("fsx", "CreateVolume", _fsx_volume, read_only=False),
    _calls("storagegateway", "AttachVolume", _fixed({"volumeARN": "v"}, {"volumeARN": "v"}), read_only=False),
    _calls(
        "elasticache",
        "CopySnapshot",
        _fixed({"sourceSnapshotName": "a", "targetSnapshotName": "b"}),
        read_only=False,
    ),
    _calls("elasticache", "DeleteSnapshot", _fixed({"snapshotName": "b"}), read_only=False),
    _calls("redshift", "CreateTags", _fixed(_TAGS), read_only=False),
    _calls(
        "elasticfilesystem",
        "DeleteTags",
        _fixed({"fileSystemId": "fs-00112233", "tagKeys": ["Owner"]}),
        read_only=False,
    ),
)
NOISES: tuple[Noise, ...] = (*_READS, *_READS, *_READS, *_WRITES, *_WRITES, *_SAME_NAMES)
