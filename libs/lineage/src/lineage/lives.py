"""Lives of a name: what is deleted and made again under one name is another thing."""

from lineage.gathering import Gathering
from lineage.order import Entry
from lineage.spans import Span, Timeline


class Lives:
    """Follows making and deletion of what has a name; `state` of the gathering is `active` or `deleted`.

    Within one second a making comes before a deletion in fold order. What existed already cannot have been made
    before it was deleted, so such a deletion is that of the earlier life, and the state is uncertain.
    """

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._timeline: Timeline[bool] = Timeline()
        self._replaced_at: Entry | None = None

    def begin(self, entry: Entry, owner: str | None, tags: dict[str, str] | None = None) -> None:
        """It was made."""
        alive = self._timeline.current is not None
        if alive or self._gathering.state.value == "deleted":
            self._gathering.begin_again()
            self._replaced_at = entry if alive else None
        if alive:
            self._timeline.end(entry)
        self._gathering.begin(entry, owner, tags or {}, "active", all_tags=tags is not None)
        self._timeline.set(True, entry)  # noqa: FBT003 - the value of the timeline

    def touch(self, entry: Entry) -> None:
        """It was changed, so it exists."""
        if self._timeline.current is None:
            self._timeline.set(True, entry)  # noqa: FBT003 - the value of the timeline
            self._gathering.state.set("active", entry)

    def observe(self, entry: Entry, owner: str | None, tags: dict[str, str] | None = None) -> None:
        """It was seen."""
        self._gathering.observe(entry, owner, "active", tags)
        self._timeline.observe(True, entry)  # noqa: FBT003 - the value of the timeline

    def end(self, entry: Entry) -> bool:
        """It was deleted; False: an earlier life ended, which the making had shown already."""
        replaced = self._replaced_at
        if replaced is not None and replaced.at.replace(microsecond=0) == entry.at.replace(microsecond=0):
            self._gathering.uncertain.add("state")
            self._replaced_at = None
            return False
        self._gathering.state.set("deleted", entry)
        self._timeline.end(entry)
        return True

    def list_lives(self) -> tuple[Span[bool], ...]:
        """When it existed."""
        return self._timeline.list_spans()
