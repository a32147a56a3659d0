"""Tags: CreateTags and DeleteTags of EC2 for the resources that have a stream, and those of auto scaling groups."""

from ami_lineage_contracts.events.payload import Tagged, Untagged
from ingest.domain.call import Call, Fact, find_kind, find_name, read_tags
from ingest.domain.decoding import Fields, to_text


def create_tags(call: Call) -> list[Fact]:
    """CreateTags: each named resource gets all the tags."""
    tags = read_tags(_read_tag_set(call))
    tagged = Tagged(tags=tags, incomplete=not tags)
    return [
        Fact(f"{kind.replace('-', '_')}.tagged", call.stream(kind, resource_id), tagged)
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
        Fact(f"{kind.replace('-', '_')}.untagged", call.stream(kind, resource_id), untagged)
        for kind, resource_id in read_tagged_resources(call.request)
    ]


def find_untracked(call: Call) -> str | None:
    """Why tags of resources that have no stream here are passed over."""
    return (
        f"{call.operation} of other resources"
        if call.request and not read_tagged_resources(call.request)
        else None
    )


def create_or_update_group_tags(call: Call) -> list[Fact]:
    """CreateOrUpdateTags: each tag names its group."""
    return [
        Fact("auto_scaling_group.tagged", stream_id, Tagged(tags=read_tags(entries)))
        for stream_id, entries in _group_tags(call).items()
    ]


def delete_group_tags(call: Call) -> list[Fact]:
    """DeleteTags of Auto Scaling: each tag names its group; a given value is not looked at (botocore)."""
    return [
        Fact("auto_scaling_group.untagged", stream_id, Untagged(tags=dict.fromkeys(read_tags(entries))))
        for stream_id, entries in _group_tags(call).items()
    ]


def find_tagged_groups(call: Call) -> list[str]:
    """Names of the groups whose tags a call changes."""
    named = (find_name(entry, "resourceId") for entry in call.request.children("tags", "tag"))
    return list(dict.fromkeys(name for name in named if name is not None))


def _group_tags(call: Call) -> dict[str, list[Fields]]:
    found: dict[str, list[Fields]] = {}
    for entry in call.request.children("tags", "tag"):
        stream_id = call.find_named_stream("auto-scaling-group", find_name(entry, "resourceId"))
        if stream_id is not None and entry.wording("key") is not None:
            found.setdefault(stream_id, []).append(entry)
    return found


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
