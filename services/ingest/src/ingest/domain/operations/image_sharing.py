"""Calls that share images and set their attributes (AWS_FACTS 1.5, 2.3)."""

from typing import Final

from ami_lineage_contracts.events.image import ImageAttributeChanged, ImageLaunchPermissionChanged
from ami_lineage_contracts.events.payload import Principal
from ingest.domain.call import Call, Fact, find_id
from ingest.domain.decoding import Fields, to_text
from ingest.domain.operations.sharing import read_attribute, read_sharing

_CHANGED: Final = "image.launch_permission_changed"


def modify_image_attribute(call: Call) -> list[Fact]:
    """ModifyImageAttribute: sharing, or another attribute."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    stream_id = call.stream("image", image_id)
    facts = []
    sharing = read_sharing(call.request, "launchPermission")
    if sharing.concerned:
        changed = ImageLaunchPermissionChanged(
            incomplete=not sharing.complete, added=sharing.added, removed=sharing.removed
        )
        facts.append(Fact(_CHANGED, stream_id, changed))
    facts.extend(
        Fact("image.attribute_changed", stream_id, attribute, attribute.attribute)
        for attribute in _read_attributes(call.request)
    )
    if facts:
        return facts
    other = ImageAttributeChanged(
        incomplete=True, attribute="other", value=call.request.text("attributeType", "attribute")
    )
    return [Fact("image.attribute_changed", stream_id, other, other.attribute)]


def reset_image_attribute(call: Call) -> list[Fact]:
    """ResetImageAttribute: launchPermission is the only attribute that it knows (botocore: ec2)."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    return [Fact(_CHANGED, call.stream("image", image_id), ImageLaunchPermissionChanged(reset=True))]


def cancel_image_launch_permission(call: Call) -> list[Fact]:
    """CancelImageLaunchPermission: the caller's account gives its permission back."""
    image_id = find_id("image", call.request, "imageId")
    if image_id is None or call.account_id is None:
        return []
    removed = ImageLaunchPermissionChanged(removed=(Principal(kind="account", value=call.account_id),))
    return [Fact(_CHANGED, call.stream("image", image_id), removed)]


def _read_attributes(request: Fields) -> list[ImageAttributeChanged]:
    changed = []
    for attribute, name in (("description", "description"), ("imds_support", "imdsSupport")):
        value = request.child(name).wording("value")
        named = read_attribute(request) == name.lower()
        if value is None and (named or request.child(name)):
            value = request.wording("value")
        if value is not None or request.child(name):
            changed.append(ImageAttributeChanged.model_validate({"attribute": attribute, "value": value}))
    codes = [text for member in request.members("productCodes", "productCodeSet") if (text := _code(member))]
    if codes:
        changed.append(ImageAttributeChanged(attribute="product_codes", value=",".join(codes)))
    return changed


def _code(member: object) -> str | None:
    if isinstance(member, dict) and "content" not in member:
        return Fields(member).text("productCode", "productCodeId")
    return to_text(member)
