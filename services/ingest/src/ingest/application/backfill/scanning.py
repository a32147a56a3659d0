"""One account and Region: its readings in order, each finished once in a run."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from ami_lineage_contracts.stream_ids import coverage_stream
from event_log import EventLog
from ingest.application.backfill.outcomes import PlaceOutcome, ReadingOutcome
from ingest.application.backfill.place import Reading
from ingest.application.backfill.ports import BackfillStore, OpenPlace, PlaceReader
from ingest.application.backfill.questions import ASSUME_ROLE
from ingest.application.backfill.readings_ec2 import (
    read_images,
    read_imports,
    read_instances,
    read_recycle_bin,
    read_snapshots,
    read_stored_images,
    read_volumes,
)
from ingest.application.backfill.readings_references import read_references
from ingest.application.differences import DifferenceRecorder
from ingest.domain.coverage import Covered, find_covered_since
from ingest.errors import SourceDeniedError, SourceUnavailableError

_UNDER_WAY: Final = timedelta(minutes=30)
"""CloudTrail may deliver a record this much later (AWS_FACTS 2)."""

ReadingStep = Callable[[Reading], Awaitable[None]]
OnReading = Callable[[str, str, str], None]


class PlaceScanner:
    """`on_reading` hears account, Region and reading whenever one is finished."""

    def __init__(
        self,
        log: EventLog,
        differences: DifferenceRecorder,
        store: BackfillStore,
        open_place: OpenPlace,
        on_reading: OnReading,
    ) -> None:
        self._log = log
        self._differences = differences
        self._store = store
        self._open_place = open_place
        self._on_reading = on_reading

    async def scan(self, account_id: str, region: str, started_at: datetime) -> PlaceOutcome:
        """All that could be read there; what could not is in the outcome.

        Raises:
            TransientLogError: the log does not answer.
        """
        history = await self._log.read_stream(coverage_stream(account_id, region))
        since = find_covered_since(history)
        covered = None if since is None else Covered(since, started_at - _UNDER_WAY)
        outcomes: list[ReadingOutcome] = []
        async with self._open_place(account_id, region) as reader:
            refusal = await _find_refusal(reader)
            if refusal is not None:
                return PlaceOutcome(
                    account_id=account_id, region=region, reached=False, asked=(ASSUME_ROLE,), **refusal
                )
            for name, step in list_readings():
                done = self._store.find_done(account_id, region, name)
                if done is None:
                    reading = Reading(account_id, region, reader, self._differences, self._store, covered)
                    await step(reading)
                    done = reading.build_outcome()
                    self._store.mark_done(account_id, region, name, done)
                outcomes.append(done)
                self._on_reading(account_id, region, name)
        return merge(account_id, region, outcomes)


def list_readings() -> tuple[tuple[str, ReadingStep], ...]:
    """Images before what refers to them."""
    return (
        ("images", read_images),
        ("instances", read_instances),
        ("snapshots", read_snapshots),
        ("volumes", read_volumes),
        ("imports", read_imports),
        ("stored images", read_stored_images),
        ("recycle bin", read_recycle_bin),
        ("references", read_references),
    )


def merge(account_id: str, region: str, outcomes: Sequence[ReadingOutcome]) -> PlaceOutcome:
    """The outcome of an account and Region from those of its readings."""
    resources: Counter[str] = Counter()
    for outcome in outcomes:
        resources.update(outcome.resources)

    def collect(name: str) -> tuple[str, ...]:
        return tuple(sorted({value for outcome in outcomes for value in getattr(outcome, name)}))

    return PlaceOutcome(
        account_id=account_id,
        region=region,
        asked=collect("asked"),
        resources=dict(sorted(resources.items())),
        events=sum(outcome.events for outcome in outcomes),
        denied=collect("denied"),
        lacking=collect("lacking"),
        failed=collect("failed"),
        untold=collect("untold"),
    )


async def _find_refusal(reader: PlaceReader) -> dict[str, tuple[str, ...]] | None:
    """Why the account cannot be reached at all; a call that is refused there has reached it."""
    try:
        await reader.reach()
    except SourceDeniedError:
        return {"denied": (ASSUME_ROLE,)}
    except SourceUnavailableError as error:
        return {"failed": (f"{ASSUME_ROLE}: {error}",)}
    return None
