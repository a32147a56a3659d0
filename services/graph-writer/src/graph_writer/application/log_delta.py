"""What changed in the log since a cursor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from event_log import EventLog, LogCursor
from graph_writer.domain.messages import is_projected

SETTLE: Final = timedelta(seconds=1)
"""An append is stamped before it is committed: a read proves nothing about the second before it."""


def read_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LogDelta:
    """Streams that changed since a cursor, and the cursor behind them.

    `complete_to`: all events recorded up to here have been read. `at_end`: the end of the log was reached.
    """

    stream_ids: frozenset[str]
    events: int
    cursor: LogCursor
    complete_to: datetime
    at_end: bool


async def read_delta(
    log: EventLog, cursor: LogCursor, enough: int, clock: Callable[[], datetime] = read_clock
) -> LogDelta:
    """Read pages until the end of the log or until `enough` streams have changed."""
    stream_ids, events = set[str](), 0
    while True:
        # A pass of several pages proves nothing about what came after its first look at the last ten minutes.
        asked = (cursor.unsettled_since or clock()) - SETTLE
        page = await log.read_since(cursor)
        cursor = page.cursor
        events += page.event_count
        stream_ids.update(filter(is_projected, page.stream_ids))
        at_end = cursor.position is None
        if at_end or len(stream_ids) >= enough:
            complete_to = asked if at_end else min(cursor.recorded_at, asked)
            return LogDelta(frozenset(stream_ids), events, cursor, complete_to, at_end)


def cut(stream_ids: Iterable[str], size: int) -> Iterator[Sequence[str]]:
    """The streams in chunks of at most `size`, in a fixed order."""
    ordered = sorted(stream_ids)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
