"""One call, decoded: what the modules of operations read, and what they give back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.stream_ids import build_resource_stream, named_stream
from ingest.domain.decoding import NO_FIELDS, Fields

_RESOURCE_ID: Final = re.compile(r"(ami|snap|vol|i|lt|import-ami|import-snap)-[0-9A-Za-z]{1,40}", re.ASCII)
_KIND_OF_PREFIX: Final = {
    "ami": "image",
    "snap": "snapshot",
    "vol": "volume",
    "i": "instance",
    "lt": "launch-template",
    "import-ami": "import-task",
    "import-snap": "import-task",
}
_REGION: Final = re.compile(r"[a-z]{2,8}(-[a-z]{1,12}){1,3}-\d{1,2}", re.ASCII)
_PARTITION_OF_PREFIX: Final = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)
_LONGEST_NAME: Final = 1024
_LONGEST_STREAM: Final = 2000  # DynamoDB takes a partition key of 2,048 bytes (AWS_FACTS 4.2)


def find_kind(resource_id: str | None) -> str | None:
    """Kind of the stream of a well-formed EC2 id (``image``, ``launch-template``), None for everything else."""
    match = _RESOURCE_ID.fullmatch(resource_id or "")
    return _KIND_OF_PREFIX[match[1]] if match else None


def is_region(text: str) -> bool:
    """Whether the text has the form of a Region's name."""
    return _REGION.fullmatch(text) is not None


def partition_of(region: str) -> str:
    """Partition of a Region, by the prefix of its name (botocore: partitions)."""
    return next((partition for prefix, partition in _PARTITION_OF_PREFIX if region.startswith(prefix)), "aws")


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be, without its envelope; `discriminator` is a value from the record."""

    event_type: str
    stream_id: str
    payload: Payload
    discriminator: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call: where, when, in which account, with which parameters and answer.

    `details` are those of an event that no call caused; `caller_account_id` is the account of who acted.
    """

    operation: str
    region: str
    account_id: str | None
    occurred_at: datetime
    request: Fields
    response: Fields
    details: Fields = NO_FIELDS
    caller_account_id: str | None = None
    partition: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "partition", partition_of(self.region))

    def stream(self, kind: str, resource_id: str, region: str | None = None) -> str:
        """Stream of a resource in the Region of the call, or in another one."""
        return build_resource_stream(
            kind, partition_of(region) if region else self.partition, region or self.region, resource_id
        )

    def find_named_stream(self, kind: str, name: str | None) -> str | None:
        """Stream of a resource that its account names; None without a name or an account."""
        if name is None or self.account_id is None:
            return None
        return fit_stream(named_stream(kind, self.partition, self.region, self.account_id, name))


def fit_stream(stream_id: str) -> str | None:
    """The stream id, or None when the log has no room for it: no real name is that long."""
    return stream_id if len(stream_id) <= _LONGEST_STREAM else None


def find_id(kind: str, fields: Fields, *names: str) -> str | None:
    """A well-formed id of this kind under one of the names."""
    resource_id = fields.text(*names)
    return resource_id if find_kind(resource_id) == kind else None


def find_name(fields: Fields, *names: str) -> str | None:
    """A name that somebody gave, as it was written."""
    name = fields.wording(*names)
    return name if name is not None and 0 < len(name) <= _LONGEST_NAME else None


def find_region(fields: Fields, *names: str) -> str | None:
    """A well-formed Region name under one of the names."""
    region = fields.text(*names)
    return region if region is not None and is_region(region) else None


def read_tags(entries: Iterable[Fields]) -> dict[str, str]:
    """Tags of a tag set; a tag without a value has an empty one."""
    return {
        key: entry.wording("value") or "" for entry in entries if (key := entry.wording("key")) is not None
    }


def read_tag_specifications(request: Fields, kind: str) -> dict[str, str]:
    """Tags that a creating call gave to the resources of this kind."""
    tags: dict[str, str] = {}
    for specification in request.children("tagSpecificationSet", "tagSpecification", "tagSpecifications"):
        if specification.text("resourceType") == kind:
            tags.update(read_tags(specification.children("tags", "tag", "tagSet")))
    return tags
