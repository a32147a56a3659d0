"""Of which images it is worth asking for the ancestry that AWS keeps (AWS_FACTS 1.3)."""

from collections.abc import Iterable

from ami_lineage_contracts.envelope import EventEnvelope

_NAMES_ITS_SOURCE = frozenset({"image.created", "image.copied"})


def needs_ancestry(history: Iterable[EventEnvelope]) -> bool:
    """Whether no event names the source of the image and no look brought its ancestry.

    What AWS keeps never changes for an image, so it is asked for once.
    """
    for event in history:
        if event.event_type in _NAMES_ITS_SOURCE and not event.data.get("incomplete"):
            return False
        if event.event_type == "image.observed" and event.data.get("ancestry"):
            return False
    return True
