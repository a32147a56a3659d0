"""What outlives a run of backfill, in one SQLite file of the data folder; losing it costs a full scan, no fact."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ami_lineage_contracts.stream_ids import StreamIdError, parse_resource_stream
from ingest.application.backfill.outcomes import ReadingOutcome

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS run (one INTEGER PRIMARY KEY CHECK (one = 1), started_at TEXT, wanted TEXT);
CREATE TABLE IF NOT EXISTS done (
    account_id TEXT, region TEXT, reading TEXT, outcome TEXT, PRIMARY KEY (account_id, region, reading));
CREATE TABLE IF NOT EXISTS seen (stream_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (
    kind TEXT, region TEXT, stream_id TEXT, ended INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, region, stream_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT);
"""


class SqliteBackfillStore:
    """A context manager; see `BackfillStore` for what the methods promise."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open = sqlite3.connect(path, isolation_level=None)

    @classmethod
    def in_memory(cls) -> Self:
        """A store that ends with the process."""
        return cls(Path(":memory:"))

    def __enter__(self) -> Self:
        """Makes the tables that are not there yet."""
        self._open.execute("PRAGMA journal_mode=WAL")
        self._open.execute("PRAGMA synchronous=NORMAL")
        self._open.executescript(_SCHEMA)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self._open.close()

    def begin(self, started_at: datetime, wanted: str, *, resume: bool) -> datetime:
        """When the run began: now, or when an unfinished run of the same `wanted` is taken up again."""
        row = self._open.execute("SELECT started_at, wanted FROM run").fetchone()
        if resume and row is not None and row[1] == wanted:
            return datetime.fromisoformat(row[0])
        self.finish()
        self._open.execute("INSERT INTO run VALUES (1, ?, ?)", (started_at.isoformat(), wanted))
        return started_at

    def find_done(self, account_id: str, region: str, reading: str) -> ReadingOutcome | None:
        """What a finished reading of this run found."""
        row = self._open.execute(
            "SELECT outcome FROM done WHERE account_id = ? AND region = ? AND reading = ?",
            (account_id, region, reading),
        ).fetchone()
        return None if row is None else ReadingOutcome.model_validate_json(row[0])

    def mark_done(self, account_id: str, region: str, reading: str, outcome: ReadingOutcome) -> None:
        """A reading is finished."""
        self._open.execute(
            "INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)",
            (account_id, region, reading, outcome.model_dump_json()),
        )

    def mark_seen(self, stream_ids: Iterable[str]) -> None:
        """These exist, this run saw them."""
        self._in_one("INSERT OR IGNORE INTO seen VALUES (?)", [(each,) for each in stream_ids])

    def add_streams(self, stream_ids: Iterable[str], cursor: str) -> None:
        """The log has these streams, read up to the cursor; one that is spoken of again may live again."""
        rows = []
        for stream_id in stream_ids:
            try:
                place = parse_resource_stream(stream_id)
            except StreamIdError:
                continue  # a decision, a record: nothing that a scan could see
            rows.append((place.kind, place.region or "", stream_id))
        self._in_one("INSERT OR REPLACE INTO streams VALUES (?, ?, ?, 0)", rows)
        self._open.execute("INSERT OR REPLACE INTO position VALUES (1, ?)", (cursor,))

    def find_cursor(self) -> str | None:
        """How far the log's streams are known."""
        row = self._open.execute("SELECT cursor FROM position").fetchone()
        return None if row is None else str(row[0])

    def list_unseen(self, kind: str, region: str, after: str, limit: int) -> Sequence[str]:
        """Streams of the log that this run did not see and that are not known to have ended, in order."""
        rows = self._open.execute(
            "SELECT stream_id FROM streams WHERE kind = ? AND region = ? AND stream_id > ? AND ended = 0"
            " AND stream_id NOT IN (SELECT stream_id FROM seen) ORDER BY stream_id LIMIT ?",
            (kind, region, after, limit),
        )
        return [row[0] for row in rows]

    def mark_ended(self, stream_ids: Iterable[str]) -> None:
        """These are over; they are not listed again until an event speaks of them."""
        self._in_one(
            "UPDATE streams SET ended = 1 WHERE kind = ? AND region = ? AND stream_id = ?",
            [
                (place.kind, place.region or "", each)
                for each in stream_ids
                for place in (parse_resource_stream(each),)
            ],
        )

    def finish(self) -> None:
        """The run is complete; the next one begins anew."""
        for table in ("run", "done", "seen"):
            self._open.execute(f"DELETE FROM {table}")  # noqa: S608 - our own three names

    def _in_one(self, statement: str, rows: Sequence[tuple[str, ...]]) -> None:
        self._open.execute("BEGIN")
        try:
            self._open.executemany(statement, rows)
        except sqlite3.Error:
            self._open.execute("ROLLBACK")
            raise
        self._open.execute("COMMIT")
