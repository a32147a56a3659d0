"""Watermarks against the chain: CreateImage and CopyImage hand them on, so their first image is an ancestor."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from ami_lineage_contracts.graph import TerminalReason
from lineage.closure.reader import StateReader
from lineage.closure.results import ImageClosure
from lineage.image_state import ImageState

CloseParents = Callable[[str, StateReader], ImageClosure]
_OPEN_ENDS: Final[frozenset[TerminalReason | None]] = frozenset(
    {"before_recorded_history", "missing_event", "foreign_account", "other_partition"}
)
"""Ends beyond which there may be more ancestors than are known."""


def contradicts_watermarks(
    state: ImageState, closure: ImageClosure, reader: StateReader, close_parents: CloseParents
) -> bool:
    """Whether a watermark comes from an image that cannot be an ancestor.

    Beyond an end that is not known there may be any image which is older than what was made of that end.

    Raises:
        NotReadError: streams or speakers are needed that the caller has not given.
    """
    sources = {mark.source for mark in state.watermarks} - {None, state.stream_id}
    if not sources:
        return False
    ancestors, open_since = _walk_up(closure, state.created_at, reader, close_parents)
    return any(
        source is not None and source not in ancestors and not _may_be_beyond(source, open_since, reader)
        for source in sources
    )


def _walk_up(
    closure: ImageClosure, at: datetime | None, reader: StateReader, close_parents: CloseParents
) -> tuple[set[str], list[datetime | None]]:
    """All ancestors, and for each end that is not known the time at which it existed already."""
    ancestors: set[str] = set()
    open_since: list[datetime | None] = []
    pending = [(closure, at)]
    while pending:
        here, since = pending.pop()
        if here.terminal_reason in _OPEN_ENDS:
            open_since.append(since)
        for parent in here.parents:
            if parent.image not in ancestors:
                ancestors.add(parent.image)
                pending.append((close_parents(parent.image, reader), parent.valid_from))
    return ancestors, open_since


def _may_be_beyond(source: str, open_since: list[datetime | None], reader: StateReader) -> bool:
    """Whether the image is old enough to be above an end that is not known."""
    if not open_since:
        return False
    made_at = reader.get(source, ImageState).created_at
    return made_at is None or any(since is None or made_at <= since for since in open_since)
