"""Follows the folder of the archive: what EventBridge lost or could not carry arrives here (DESIGN 2.6)."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from event_log import EventLogError
from ingest.adapters.checkpoint import Checkpoint, Stamp, find_stamp
from ingest.adapters.file_source import FileSource
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.record_files import is_record_file, list_files
from ingest.application.coverage import HourlyCoverage
from ingest.application.importer import Importer
from ingest.application.reading import to_printable
from ingest.application.recording import Recorder
from ingest.application.selection import EVERYTHING
from ingest.application.summary import Tally
from ingest.domain.moments import parse_moment
from ingest.errors import LogUnavailableError

_log = structlog.get_logger(__name__)
_MOST_FILES_AT_ONCE: Final = 200


class ArchiveFollower:
    """Imports each file once it is complete, and again when it changes.

    A file is complete when its size and time are the same at two polls; a rename into the folder is seen
    complete at once and waits one poll longer, which costs nothing but that.
    """

    def __init__(
        self,
        folder: Path,
        importer: Importer,
        limits: FileLimits,
        recorder: Recorder,
        checkpoint: Checkpoint,
        count: Callable[[str, int], None],
        poll_seconds: float,
    ) -> None:
        self._folder = folder
        self._importer = importer
        self._limits = limits
        self._recorder = recorder
        self._coverage = HourlyCoverage("archive")
        self._checkpoint = checkpoint
        self._count = count
        self._poll_seconds = poll_seconds
        self._seen: dict[Path, Stamp] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until told to stop."""
        while not stopping.is_set():
            await self.poll()
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await stopping.wait()
            except TimeoutError:
                continue

    async def poll(self) -> int:
        """Import what has become complete since the last poll; the number of files."""
        present = await asyncio.to_thread(self._look)
        complete = [path for path, stamp in present.items() if self._seen.get(path) == stamp]
        self._seen = {path: stamp for path, stamp in present.items() if path not in complete}
        for start in range(0, len(complete), _MOST_FILES_AT_ONCE):
            for path in complete[start : start + _MOST_FILES_AT_ONCE]:
                if not await self._import(path, present[path]):
                    return start
            await asyncio.to_thread(self._checkpoint.save)
        return len(complete)

    def _look(self) -> dict[Path, Stamp]:
        """Stamps of the files that are not known to be done."""
        found = {}
        if self._folder.is_dir():
            for path in list_files(self._folder):
                if is_record_file(path) and (stamp := find_stamp(path)) is not None:
                    found[path] = stamp
        self._checkpoint.forget_others(set(found))
        return {path: stamp for path, stamp in found.items() if not self._checkpoint.is_done(path, stamp)}

    async def _import(self, path: Path, stamp: Stamp) -> bool:
        try:
            source = FileSource([path], self._limits, EVERYTHING, "archive")
            tally = await self._importer.run([source], self._report)
            await self._cover(tally)
        except LogUnavailableError as error:
            _log.warning("archive waits for the log", reason=str(error))
            self._seen[path] = stamp
            return False
        for outcome, number in (
            ("recorded", tally.recorded),
            ("duplicate", tally.duplicate),
            ("ignored", tally.ignored.total()),
            ("rejected", tally.rejected.total()),
        ):
            self._count(outcome, number)
        # Done also when it was unreadable: it was reported, and is tried again when it changes.
        self._checkpoint.mark(path, stamp)
        _log.info("archive file read", file=to_printable(path), recorded=tally.recorded)
        return True

    async def _cover(self, tally: Tally) -> None:
        moments = [
            (place.account_id, place.region, moment)
            for place in tally.places.list_places()
            for text in (place.first, place.last)
            if (moment := parse_moment(text)) is not None
        ]
        hours = self._coverage.list_new_hours(moments)
        try:
            await self._recorder.append(self._coverage.build(hours))
        except EventLogError as error:
            raise LogUnavailableError(f"the event log did not take the coverage: {error}") from error
        self._coverage.keep(hours)

    def _report(self, place: str, reason: str, _content: object) -> None:
        _log.error("archive record rejected", place=place, reason=reason)
