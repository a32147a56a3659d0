"""One event of EventBridge, decoded, and one entry of the list of those that are understood."""

from collections.abc import Callable
from dataclasses import dataclass

from ami_lineage_contracts.stream_ids import build_resource_stream
from ingest.domain.call import Fact, find_kind, is_region, partition_of
from ingest.domain.decoding import Fields


@dataclass(frozen=True, slots=True)
class Notification:
    """What happened, in which account and Region, and the ARNs that the envelope names."""

    detail: Fields
    region: str
    account_id: str | None
    resources: tuple[str, ...]

    def stream(self, kind: str, resource_id: str, region: str | None = None) -> str:
        """Stream of a resource in the Region of the event, or in another one."""
        place = region or self.region
        return build_resource_stream(kind, partition_of(place), place, resource_id)


@dataclass(frozen=True, slots=True)
class Notice:
    """A detail-type that is understood.

    `read`: its facts, none when it names no resource. `find_unconcerned`: why one is passed over, else None.
    """

    source: str
    detail_type: str
    read: Callable[[Notification], list[Fact]]
    find_unconcerned: Callable[[Notification], str | None] = lambda _: None


def find_arn_id(kind: str, arn: str | None) -> tuple[str, str | None] | None:
    """Id and Region in an ARN of this kind; EBS writes the Region where the account belongs (AWS_FACTS 3.7)."""
    if arn is None:
        return None
    head, slash, resource_id = arn.rpartition("/")
    if not slash or find_kind(resource_id) != kind:
        return None
    fields = head.split(":")
    return resource_id, next((field for field in fields[3:5] if is_region(field)), None)
