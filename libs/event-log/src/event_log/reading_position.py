"""How `read_since` goes through the index: passes that start ten minutes behind, and skip what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ami_lineage_contracts.times import from_key_time, to_key_time
from event_log.models import OVERLAP, LogCursor, LogPage

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


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
    return to_key_time(max(cursor.recorded_at - OVERLAP, BEGINNING))


def build_page(cursor: LogCursor | None, keys: Iterable[IndexKey], horizon: str | None) -> LogPage:
    """What is new among the keys up to the horizon (None: the end of the log was reached)."""
    before = cursor or LogCursor(recorded_at=BEGINNING)
    read = [key for key in keys if horizon is None or key.recorded_key <= horizon]
    new = [key for key in read if key.recorded_key not in before.seen]
    newest = max((key.recorded_key for key in read), default=None)
    recorded_at = before.recorded_at
    if newest is not None:
        recorded_at = max(recorded_at, from_key_time(newest.partition("#")[0]))
    oldest = to_key_time(max(recorded_at - OVERLAP, BEGINNING))
    seen = frozenset(key for key in before.seen.union(key.recorded_key for key in read) if key >= oldest)
    return LogPage(
        stream_ids=frozenset(key.stream_id for key in new),
        event_count=len(new),
        cursor=LogCursor(recorded_at=recorded_at, seen=seen, position=horizon),
    )
