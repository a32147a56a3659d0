"""How callers name an image: by id, by ``region/id``, by ARN, or by stream id."""

import re
from dataclasses import dataclass
from typing import Final

from ami_lineage_contracts.stream_ids import StreamIdError, image_stream, parse_resource_stream
from query_api.errors import FieldError, InvalidRequestError

IMAGE_ID: Final = re.compile(r"ami-[0-9A-Za-z-]{1,64}")
REGION: Final = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+")
ARN: Final = re.compile(r"arn:(aws[a-z-]*):ec2:([a-z0-9-]+):(?:\d{12})?:image/(ami-[0-9A-Za-z-]{1,64})")


@dataclass(frozen=True)
class ImageName:
    """What a name says: always the image id, and the stream ids it can stand for when it says more."""

    image_id: str
    region: str | None = None
    stream_id: str | None = None


def parse_image_name(text: str) -> ImageName:
    """Take a name of an image apart.

    Raises:
        InvalidRequestError: it is none of the four forms.
    """
    if IMAGE_ID.fullmatch(text):
        return ImageName(image_id=text)
    if arn := ARN.fullmatch(text):
        partition, region, image_id = arn.groups()
        return ImageName(image_id, region, image_stream(partition, region, image_id))
    if text.startswith("image/"):
        try:
            ref = parse_resource_stream(text)
        except StreamIdError as error:
            raise _refuse(text) from error
        if IMAGE_ID.fullmatch(ref.resource_id):
            return ImageName(ref.resource_id, ref.region, ref.stream_id)
    region, slash, image_id = text.partition("/")
    if slash and REGION.fullmatch(region) and IMAGE_ID.fullmatch(image_id):
        return ImageName(image_id=image_id, region=region)
    raise _refuse(text)


def _refuse(text: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"{text[:200]!r} does not name an image. Use ami-0abc, us-east-1/ami-0abc, an ARN, or "
        "image/aws/us-east-1/ami-0abc.",
        (FieldError("image", "not an image id, region/id, ARN or stream id"),),
    )
