"""How `read_since` goes through the index: passes that start ten minutes behind, and skip what was seen.

What is recorded may show up to ten minutes late. So a place is done with when it was read ten minutes
after its time, and the cursor never claims more than that: it stops at the moment at which its pass first
read of the last ten minutes, however long the pass goes on, and the next pass starts ten minutes before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ami_lineage_contracts.times import from_key_time, to_key_time
from event_log.models import OVERLAP, LogCursor, LogPage

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IndexKey:
    """One event as the index shows it."""

    recorded_key: str
    stream_id: str


def start_position(cursor: LogCursor | None) -> str:
    """Recorded keys greater than this are read next."""
    if cursor is None:
        return ""
    if cursor.position is not None:
        return cursor.position
    return _look_back(cursor.recorded_at)


def build_page(
    cursor: LogCursor | None, keys: Iterable[IndexKey], horizon: str | None, now: datetime
) -> LogPage:
    """What is new among the sorted keys up to the horizon (None: the log's end was reached), read at `now`."""
    before = cursor or LogCursor(recorded_at=BEGINNING)
    read = [key for key in keys if horizon is None or key.recorded_key <= horizon]
    new = [key for key in read if key.recorded_key not in before.seen]
    unsettled_since = before.unsettled_since
    if unsettled_since is None and (horizon is None or horizon > to_key_time(now - OVERLAP)):
        unsettled_since = now
    recorded_at = before.recorded_at
    newest = max((key.recorded_key for key in read), default=None)
    if newest is not None:
        read_to = from_key_time(newest.partition("#")[0])
        recorded_at = max(recorded_at, min(read_to, unsettled_since or read_to))
    oldest = _look_back(recorded_at)
    page = tuple(key.recorded_key for key in read if key.recorded_key >= oldest)
    pages = tuple(keys for keys in (*before.pages, page) if keys and keys[-1] >= oldest)
    if horizon is None:
        all_seen = (key for keys in (before.seen, *pages) for key in keys if key >= oldest)
        after = LogCursor(recorded_at=recorded_at, seen=frozenset(all_seen))
    else:
        # Copied, not made anew: pydantic would walk through all of `seen` again.
        after = before.model_copy(
            update={
                "recorded_at": recorded_at,
                "position": horizon,
                "unsettled_since": unsettled_since,
                "pages": pages,
            }
        )
    return LogPage(stream_ids=frozenset(key.stream_id for key in new), event_count=len(new), cursor=after)


def _look_back(moment: datetime) -> str:
    return to_key_time(max(moment - OVERLAP, BEGINNING))
