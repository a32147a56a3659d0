"""CreateTags and DeleteTags, for the resources that have a stream."""

from ami_lineage_contracts.events.payload import Tagged, Untagged
from ingest.domain.call import Call, Fact, find_kind, read_tags
from ingest.domain.decoding import Fields, to_text


def create_tags(call: Call) -> list[Fact]:
    """CreateTags: each named resource gets all the tags."""
    tags = read_tags(_read_tag_set(call))
    tagged = Tagged(tags=tags, incomplete=not tags)
    return [
        Fact(f"{kind}.tagged", call.stream(kind, resource_id), tagged)
        for kind, resource_id in read_tagged_resources(call.request)
    ]


def delete_tags(call: Call) -> list[Fact]:
    """DeleteTags: by key, or only where the value is the given one; "" is a value too (botocore: ec2)."""
    tags = {
        key: entry.wording("value")
        for entry in _read_tag_set(call)
        if (key := entry.wording("key")) is not None
    }
    # Without any tag EC2 removes all tags that a user gave; which they were the record does not say.
    untagged = Untagged(tags=tags, incomplete=not tags)
    return [
        Fact(f"{kind}.untagged", call.stream(kind, resource_id), untagged)
        for kind, resource_id in read_tagged_resources(call.request)
    ]


def read_tagged_resources(request: Fields) -> list[tuple[str, str]]:
    """Kind and id of each named resource that has a stream."""
    found: dict[str, str] = {}
    for member in request.members("resourcesSet", "resourceId", "resources"):
        fields = Fields(member if isinstance(member, dict) else {"resourceId": to_text(member)})
        resource_id = fields.text("resourceId", "content")
        kind = find_kind(resource_id)
        if kind is not None and resource_id is not None:
            found[resource_id] = kind
    return [(kind, resource_id) for resource_id, kind in found.items()]


def _read_tag_set(call: Call) -> list[Fields]:
    return call.request.children("tagSet", "tag", "tags")
