"""Paths before routing: the stage prefix, and names of images that hold slashes."""

from typing import Final
from urllib.parse import quote

STAGE_PREFIX: Final = "/v1"
IMAGE_PATH: Final = "/api/v1/ami/"


def split_stage(path: str) -> tuple[str, str]:
    """Stage prefix (or nothing) and the path behind it."""
    if path == STAGE_PREFIX or path.startswith(f"{STAGE_PREFIX}/"):
        return STAGE_PREFIX, path[len(STAGE_PREFIX) :] or "/"
    return "", path


def fold_image(path: str) -> str:
    """Make the image of an image path one segment, percent-encoded.

    ``/api/v1/ami/us-east-1/ami-0abc/lineage`` and its ``%2F`` form both arrive decoded, as two segments.
    """
    if not path.startswith(IMAGE_PATH):
        return path
    image, slash, question = path[len(IMAGE_PATH) :].rpartition("/")
    if not slash or not image:
        return path
    return f"{IMAGE_PATH}{quote(image, safe='')}/{question}"
