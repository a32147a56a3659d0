"""One reading of one account and Region: asks, keeps going when refused, and records what was seen."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from ami_lineage_contracts.stream_ids import stream_kind
from ingest.application.backfill.outcomes import ReadingOutcome
from ingest.application.backfill.ports import BackfillStore, PlaceReader
from ingest.application.backfill.questions import Question
from ingest.application.differences import DifferenceRecorder
from ingest.domain.coverage import Covered, is_untold
from ingest.domain.decoding import JsonObject
from ingest.domain.observations_difference import Histories
from ingest.domain.observations_sighting import Sighting, find_sighting
from ingest.errors import SourceDeniedError, SourceLacksCallError, SourceUnavailableError

Enrich = Callable[[JsonObject, Histories, Sighting], Awaitable[JsonObject]]
_BATCH: Final = 100
_MOST_REASON: Final = 300


class Reading:
    """Collects the outcome of one reading; `covered`: the time of which events should have told."""

    def __init__(
        self,
        account_id: str,
        region: str,
        reader: PlaceReader,
        differences: DifferenceRecorder,
        store: BackfillStore,
        covered: Covered | None,
    ) -> None:
        self.account_id: Final = account_id
        self.region: Final = region
        self._reader = reader
        self._differences = differences
        self._store = store
        self._covered = covered
        self._asked: set[str] = set()
        self._resources: Counter[str] = Counter()
        self._events = 0
        self._denied: set[str] = set()
        self._lacking: set[str] = set()
        self._failed: dict[str, str] = {}
        self._untold: set[str] = set()

    async def pages(self, question: Question, **arguments: object) -> AsyncIterator[list[JsonObject]]:
        """Pages until the end, or until AWS refuses or falls silent, which the outcome says."""
        if not self._begin(question):
            return
        try:
            async for page in self._reader.list_pages(question, **arguments):
                yield page
        except SourceUnavailableError as error:
            self._note(question, error)

    async def ask(self, question: Question, **arguments: object) -> JsonObject | None:
        """An answer, or None; what was refused once is not asked again."""
        if not self._begin(question):
            return None
        try:
            return await self._reader.ask(question, **arguments)
        except SourceUnavailableError as error:
            self._note(question, error)
            return None

    def was_answered(self, question: Question) -> bool:
        """Whether the question was asked and never refused: an empty answer then means none."""
        action = question.action
        return action in self._asked and not {action} & (self._denied | self._lacking | self._failed.keys())

    async def record(self, kind: str, described: Sequence[JsonObject], enrich: Enrich | None = None) -> None:
        """Append what the log does not tell yet.

        Raises:
            TransientLogError: the log does not answer.
        """
        for start in range(0, len(described), _BATCH):
            await self._record_batch(kind, described[start : start + _BATCH], enrich)

    async def record_stored(self, tasks: Sequence[JsonObject]) -> None:
        """Append which objects in S3 hold images.

        Raises:
            TransientLogError: the log does not answer.
        """
        events = await self._differences.record_stored(tasks, self.account_id, self.region)
        self._events += len(events)
        self._resources["stored-object"] += len(tasks)

    def build_outcome(self) -> ReadingOutcome:
        """All that the reading found."""
        return ReadingOutcome(
            asked=tuple(sorted(self._asked)),
            resources=dict(sorted(self._resources.items())),
            events=self._events,
            denied=tuple(sorted(self._denied)),
            lacking=tuple(sorted(self._lacking)),
            failed=tuple(f"{action}: {reason}" for action, reason in sorted(self._failed.items())),
            untold=tuple(sorted(self._untold)),
        )

    async def _record_batch(self, kind: str, batch: Sequence[JsonObject], enrich: Enrich | None) -> None:
        pairs = [
            (content, sighting)
            for content in batch
            if (sighting := find_sighting(kind, content, self.account_id, self.region)) is not None
        ]
        sightings = [sighting for _, sighting in pairs]
        histories = await self._differences.read_histories(sightings)
        if enrich is not None:
            richer = [await enrich(content, histories, sighting) for content, sighting in pairs]
            sightings = [
                sighting
                for content in richer
                if (sighting := find_sighting(kind, content, self.account_id, self.region)) is not None
            ]
        correlation_ids = [f"backfill/{self.account_id}/{self.region}"] * len(sightings)
        events = await self._differences.record(sightings, correlation_ids, histories)
        self._events += len(events)
        self._resources[kind] += len(sightings)
        self._store.mark_seen(sighting.stream_id for sighting in sightings)
        if self._covered is not None:
            self._untold |= {
                each.stream_id
                for each in sightings
                if is_untold(
                    stream_kind(each.stream_id),
                    each.payload,
                    histories.get(each.stream_id, ()),
                    self._covered,
                    self.account_id,
                )
            }

    def _begin(self, question: Question) -> bool:
        self._asked.add(question.action)
        return question.action not in self._denied | self._lacking

    def _note(self, question: Question, error: SourceUnavailableError) -> None:
        if isinstance(error, SourceDeniedError):
            self._denied.add(question.action)
        elif isinstance(error, SourceLacksCallError):
            self._lacking.add(question.action)
        else:
            self._failed.setdefault(question.action, str(error)[:_MOST_REASON])
