"""Closure of an image: its parents."""

from collections.abc import Collection, Mapping

from lineage.closure.results import ImageClosure, Missing
from lineage.fold import StreamState


def close_image(
    stream_id: str, states: Mapping[str, StreamState], *, members: Collection[str] | None = None
) -> ImageClosure | Missing:
    """Parents of an image, or the streams without which they cannot be told.

    A stream without events must be given as its empty state (``fold(stream_id, ())``).
    `members`: accounts of the organization, where known; an observed image of another owner is then foreign.
    """
    raise NotImplementedError
