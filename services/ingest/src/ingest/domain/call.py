"""One call, decoded: what the modules of operations read, and what they give back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.stream_ids import build_resource_stream
from ingest.domain.decoding import Fields

_RESOURCE_ID: Final = re.compile(r"(ami|snap|vol|i)-[0-9A-Za-z]{1,40}")
_KIND_OF_PREFIX: Final = {"ami": "image", "snap": "snapshot", "vol": "volume", "i": "instance"}
_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d{1,2}")


def find_kind(resource_id: str | None) -> str | None:
    """``image``, ``snapshot``, ``volume`` or ``instance`` for a well-formed id, None for everything else."""
    match = _RESOURCE_ID.fullmatch(resource_id or "")
    return _KIND_OF_PREFIX[match[1]] if match else None


def is_region(text: str) -> bool:
    """Whether the text has the form of a Region's name."""
    return _REGION.fullmatch(text) is not None


def partition_of(region: str) -> str:
    """Partition of a Region, by the prefix of its name."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be, without its envelope; `discriminator` is a value from the record."""

    event_type: str
    stream_id: str
    payload: Payload
    discriminator: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call to EC2: where, when, by which account, with which parameters and answer."""

    operation: str
    region: str
    account_id: str | None
    occurred_at: datetime
    request: Fields
    response: Fields
    partition: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "partition", partition_of(self.region))

    def stream(self, kind: str, resource_id: str, region: str | None = None) -> str:
        """Stream of a resource in the Region of the call, or in another one."""
        return build_resource_stream(
            kind, partition_of(region) if region else self.partition, region or self.region, resource_id
        )


def find_id(kind: str, fields: Fields, *names: str) -> str | None:
    """A well-formed id of this kind under one of the names."""
    resource_id = fields.text(*names)
    return resource_id if find_kind(resource_id) == kind else None


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
