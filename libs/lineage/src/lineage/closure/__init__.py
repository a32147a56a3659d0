"""Closing the gaps that AWS leaves: from recorded facts to parents of images and runs of instances."""

from lineage.closure.image import close_image
from lineage.closure.instance import close_instance
from lineage.closure.results import ImageClosure, InstanceClosure, Missing, Parent, Run

__all__ = ["ImageClosure", "InstanceClosure", "Missing", "Parent", "Run", "close_image", "close_instance"]
