"""Closing the gaps that AWS leaves: parents of images, runs of instances, launches of groups."""

from lineage.closure.group import close_group
from lineage.closure.image import close_image
from lineage.closure.instance import close_instance
from lineage.closure.results import (
    GroupClosure,
    ImageClosure,
    InstanceClosure,
    Launch,
    Missing,
    Parent,
    Run,
    UnknownLaunch,
)

__all__ = [
    "GroupClosure",
    "ImageClosure",
    "InstanceClosure",
    "Launch",
    "Missing",
    "Parent",
    "Run",
    "UnknownLaunch",
    "close_group",
    "close_image",
    "close_instance",
]
