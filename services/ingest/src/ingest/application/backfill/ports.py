"""What backfill needs of AWS and of the data folder."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from ingest.application.backfill.outcomes import ReadingOutcome
from ingest.application.backfill.questions import Question
from ingest.domain.decoding import JsonObject


class PlaceReader(Protocol):
    """AWS in one account and Region; each method raises a SourceUnavailableError or one of its kinds."""

    async def reach(self) -> None:
        """Take the account's role; asks for nothing."""
        ...

    async def ask(self, question: Question, **arguments: object) -> JsonObject:
        """The answer to one call."""
        ...

    async def probe(self, question: Question) -> None:
        """Ask for as little as the call allows."""
        ...

    def list_pages(self, question: Question, **arguments: object) -> AsyncIterator[list[JsonObject]]:
        """The members of the answer, page by page."""
        ...


OpenPlace = Callable[[str, str], AbstractAsyncContextManager[PlaceReader]]
"""By account and Region."""


class BackfillStore(Protocol):
    """What outlives a run: how far it came, what it saw, and which streams the log has."""

    def begin(self, started_at: datetime, wanted: str, *, resume: bool) -> datetime:
        """When the run began: now, or when an unfinished run of the same `wanted` is taken up again."""
        ...

    def find_done(self, account_id: str, region: str, reading: str) -> ReadingOutcome | None:
        """What a finished reading of this run found."""
        ...

    def mark_done(self, account_id: str, region: str, reading: str, outcome: ReadingOutcome) -> None:
        """A reading is finished."""
        ...

    def mark_seen(self, stream_ids: Iterable[str]) -> None:
        """These exist, this run saw them."""
        ...

    def add_streams(self, stream_ids: Iterable[str], cursor: str) -> None:
        """The log has these streams, read up to the cursor."""
        ...

    def find_cursor(self) -> str | None:
        """How far the log's streams are known."""
        ...

    def list_unseen(self, kind: str, region: str, after: str, limit: int) -> Sequence[str]:
        """Streams of the log that this run did not see and that are not known to have ended, in order."""
        ...

    def mark_ended(self, stream_ids: Iterable[str]) -> None:
        """These are over; they are not listed again until an event speaks of them."""
        ...

    def finish(self) -> None:
        """The run is complete; the next one begins anew."""
        ...
