"""Stream ids: the one name of a thing everywhere (log key, graph vertex, API).

``image/{partition}/{region}/{image_id}``, likewise ``snapshot``, ``volume``, ``instance`` and ``launch-template``;
``auto-scaling-group/{partition}/{region}/{account}/{name}``, likewise all NAMED_KINDS (an image recipe's name is
its ARN, since each of its versions is a resource of its own);
``stored-object/{partition}/{bucket}/{key}`` and ``import-task/{partition}/{region}/{task id}``.
Segments that AWS lets users choose are percent-encoded, so that a slash in a name splits nothing.
"""

from typing import Final
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict

REGIONAL_KINDS: Final = ("image", "snapshot", "volume", "instance", "launch-template")
NAMED_KINDS: Final = ("auto-scaling-group", "launch-configuration", "image-recipe", "parameter")
EXTERNAL_KINDS: Final = ("stored-object", "import-task")
DECISION_KINDS: Final = (
    "command",
    "policy",
    "approval",
    "waiver",
    "revocation",
    "compliance",
    "finding",
    "remediation",
)
RESOURCE_PREFIX_KINDS: Final = {
    "ami": "image",
    "snap": "snapshot",
    "vol": "volume",
    "i": "instance",
    "lt": "launch-template",
}


class StreamIdError(ValueError):
    """A text is not a stream id; give one like ``image/aws/us-east-1/ami-0abc``."""


class ResourceRef(BaseModel):
    """A stream id taken apart: which AWS resource it names."""

    model_config = ConfigDict(frozen=True)

    kind: str
    partition: str
    region: str | None = None
    account_id: str | None = None
    resource_id: str

    @property
    def stream_id(self) -> str:
        """The stream id that names this resource."""
        parts = [self.kind, self.partition]
        if self.region is not None:
            parts.append(self.region)
        if self.account_id is not None and self.kind in NAMED_KINDS:
            parts.append(self.account_id)
        if self.kind == "stored-object":
            return stored_object_stream(self.partition, *self.resource_id.split("/", 1))
        parts.append(quote(self.resource_id, safe=""))
        return "/".join(parts)


def build_resource_stream(kind: str, partition: str, region: str, resource_id: str) -> str:
    """Stream id of a regional EC2 resource; `kind` is one of REGIONAL_KINDS."""
    return f"{kind}/{partition}/{region}/{quote(resource_id, safe='')}"


def image_stream(partition: str, region: str, image_id: str) -> str:
    """Stream id of an image."""
    return build_resource_stream("image", partition, region, image_id)


def snapshot_stream(partition: str, region: str, snapshot_id: str) -> str:
    """Stream id of an EBS snapshot."""
    return build_resource_stream("snapshot", partition, region, snapshot_id)


def volume_stream(partition: str, region: str, volume_id: str) -> str:
    """Stream id of an EBS volume."""
    return build_resource_stream("volume", partition, region, volume_id)


def instance_stream(partition: str, region: str, instance_id: str) -> str:
    """Stream id of an instance."""
    return build_resource_stream("instance", partition, region, instance_id)


def account_stream(partition: str, account_id: str) -> str:
    """Stream id of an account."""
    return f"account/{partition}/{account_id}"


def named_stream(kind: str, partition: str, region: str, account_id: str, name: str) -> str:
    """Stream id of a resource that its account names; `kind` is one of NAMED_KINDS.

    A name that is used again after a deletion is a new life of the same stream.
    """
    return f"{kind}/{partition}/{region}/{account_id}/{quote(name, safe='')}"


def stored_object_stream(partition: str, bucket: str, key: str) -> str:
    """Stream id of an image stored in S3; a bucket's name is unique in its partition."""
    return f"stored-object/{partition}/{quote(bucket, safe='')}/{quote(key, safe='')}"


def import_task_stream(partition: str, region: str, task_id: str) -> str:
    """Stream id of an import of a machine image or a disk (``import-ami-...``, ``import-snap-...``)."""
    return f"import-task/{partition}/{region}/{quote(task_id, safe='')}"


def coverage_stream(account_id: str, region: str) -> str:
    """Stream id of what is known about how completely an account and Region is captured."""
    return f"coverage/{account_id}/{region}"


def record_stream(record_id: str) -> str:
    """Stream id under which a raw CloudTrail record is kept."""
    return f"record/{quote(record_id, safe='')}"


def compliance_stream(resource_stream: str) -> str:
    """Decision stream of the verdicts about a resource."""
    return f"compliance/{resource_stream}"


def policy_stream(name: str) -> str:
    """Decision stream of a policy."""
    return f"policy/{quote(name, safe='')}"


def stream_kind(stream_id: str) -> str:
    """First segment of a stream id: ``image``, ``compliance``, ``record``."""
    return stream_id.partition("/")[0]


def find_resource_kind(resource_id: str) -> str | None:
    """Kind of an EC2 resource by the prefix of its id (``ami-`` is an image), None for others."""
    prefix, dash, rest = resource_id.partition("-")
    return RESOURCE_PREFIX_KINDS.get(prefix) if dash and rest else None


def parse_resource_stream(stream_id: str) -> ResourceRef:
    """Take the stream id of an AWS resource apart.

    Raises:
        StreamIdError: the text is not the stream id of a resource.
    """
    parts = stream_id.split("/")
    kind = parts[0]
    if all(parts) and kind in REGIONAL_KINDS and len(parts) == 4:  # noqa: PLR2004 - the shape above
        return ResourceRef(kind=kind, partition=parts[1], region=parts[2], resource_id=unquote(parts[3]))
    if all(parts) and kind in NAMED_KINDS and len(parts) == 5:  # noqa: PLR2004 - the shape above
        return ResourceRef(
            kind=kind,
            partition=parts[1],
            region=parts[2],
            account_id=parts[3],
            resource_id=unquote(parts[4]),
        )
    if all(parts) and kind == "account" and len(parts) == 3:  # noqa: PLR2004 - the shape above
        return ResourceRef(kind=kind, partition=parts[1], account_id=parts[2], resource_id=parts[2])
    if all(parts) and kind == "stored-object" and len(parts) == 4:  # noqa: PLR2004 - the shape above
        bucket, key = unquote(parts[2]), unquote(parts[3])
        return ResourceRef(kind=kind, partition=parts[1], resource_id=f"{bucket}/{key}")
    if all(parts) and kind == "import-task" and len(parts) == 4:  # noqa: PLR2004 - the shape above
        return ResourceRef(kind=kind, partition=parts[1], region=parts[2], resource_id=unquote(parts[3]))
    raise StreamIdError(f"{stream_id!r} is not a stream id like image/aws/us-east-1/ami-0abc")
