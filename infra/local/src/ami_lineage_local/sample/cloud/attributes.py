"""Tags, sharing and descriptions of images."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_items
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import Image, Snapshot

_MEMBERS = {
    "account": "userId",
    "group": "group",
    "organization": "organizationArn",
    "organizational_unit": "organizationalUnitArn",
}


def create_tags(
    stage: Stage, desk: Desk, image: Image, tags: dict[str, str], also: Snapshot | None = None
) -> None:
    """Tag an image, in the same call as a snapshot when one is given."""
    resources = [{"resourceId": image.image_id}]
    if also is not None:
        resources.insert(0, {"resourceId": also.snapshot_id})
    request = {"resourcesSet": {"items": resources}, "tagSet": tag_items(tags)}
    desk.call(stage, "CreateTags", request, {"_return": True})
    image.tags |= tags


def delete_tags(stage: Stage, desk: Desk, image: Image, tags: dict[str, str | None]) -> None:
    """Remove tags by key, or only where the value is the given one (botocore: DeleteTags)."""
    items = [{"key": key} if value is None else {"key": key, "value": value} for key, value in tags.items()]
    request = {"resourcesSet": {"items": [{"resourceId": image.image_id}]}, "tagSet": {"items": items}}
    desk.call(stage, "DeleteTags", request, {"_return": True})
    for key, value in tags.items():
        if value is None or image.tags.get(key) == value:
            image.tags.pop(key, None)


def share(stage: Stage, desk: Desk, image: Image, *grants: tuple[str, str]) -> None:
    """Allow launches; a grant is a kind and its value, `("group", "all")` makes the image public."""
    _modify_permission(stage, desk, image, "add", grants)
    image.shared_with.extend(grant for grant in grants if grant not in image.shared_with)


def unshare(stage: Stage, desk: Desk, image: Image, *grants: tuple[str, str]) -> None:
    """Take launch permissions back."""
    _modify_permission(stage, desk, image, "remove", grants)
    image.shared_with = [grant for grant in image.shared_with if grant not in grants]


def describe(stage: Stage, desk: Desk, image: Image, text: str) -> None:
    """Change the description."""
    request = {"imageId": image.image_id, "description": {"value": text}}
    desk.call(stage, "ModifyImageAttribute", request, {"_return": True})
    image.description = text


def require_imds(stage: Stage, desk: Desk, image: Image) -> None:
    """Launches are to require version 2 of the metadata service."""
    request = {"imageId": image.image_id, "imdsSupport": {"value": "v2.0"}}
    desk.call(stage, "ModifyImageAttribute", request, {"_return": True})


def reset_permissions(stage: Stage, desk: Desk, image: Image) -> None:
    """Take all launch permissions back."""
    request = {"imageId": image.image_id, "attributeType": "launchPermission"}
    desk.call(stage, "ResetImageAttribute", request, {"_return": True})
    image.shared_with = []
    image.disputed = []


def cancel_permission(stage: Stage, desk: Desk, image: Image) -> None:
    """The recipient gives its launch permission up; recorded in its own account."""
    desk.call(stage, "CancelImageLaunchPermission", {"imageId": image.image_id}, {"_return": True})
    image.shared_with = [grant for grant in image.shared_with if grant != ("account", desk.account_id)]


def share_for_a_moment(stage: Stage, desk: Desk, image: Image, grant: tuple[str, str]) -> None:
    """Share and take back within one second: nothing tells the order of the two records."""
    share(stage, desk, image, grant)
    unshare(stage, desk, image, grant)
    image.disputed.append(grant)


def _modify_permission(
    stage: Stage, desk: Desk, image: Image, action: str, grants: tuple[tuple[str, str], ...]
) -> None:
    items: list[Json] = [{_MEMBERS[kind]: value} for kind, value in grants]
    request = {
        "imageId": image.image_id,
        "launchPermission": {action: {"items": items}},
        "attributeType": "launchPermission",
    }
    desk.call(stage, "ModifyImageAttribute", request, {"_return": True})
