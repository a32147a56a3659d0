"""A whole run: accounts, Regions, scans side by side, and what it all means for coverage."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from event_log import EventLog, EventLogError
from ingest.application.backfill.advising import judge
from ingest.application.backfill.coverage import CoverageWriter
from ingest.application.backfill.organization import Accounts, read_accounts
from ingest.application.backfill.outcomes import BackfillSummary, PlaceOutcome
from ingest.application.backfill.place import Reading
from ingest.application.backfill.ports import BackfillStore, OpenPlace
from ingest.application.backfill.questions import REGIONS
from ingest.application.backfill.scanning import PlaceScanner, list_readings, merge
from ingest.application.backfill.vanished import find_vanished, follow_log
from ingest.application.differences import DifferenceRecorder
from ingest.application.recording import Recorder
from ingest.domain.decoding import Fields
from ingest.errors import LogUnavailableError

NO_ROLE: Final = "sts:AssumeRole: no role was named: give --role to read other accounts than your own"


class Progress(Protocol):
    """Who is told how far a run is."""

    def expect(self, readings: int) -> None:
        """So many readings there will be."""
        ...

    def finish(self, account_id: str, region: str, reading: str) -> None:
        """One more is finished."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read; empty: all accounts of the organization, all Regions that are enabled."""

    accounts: Collection[str] = ()
    regions: Collection[str] = ()
    resume: bool = False

    @property
    def key(self) -> str:
        """The same for runs that one may resume for the other."""
        return f"{','.join(sorted(self.accounts))} {','.join(sorted(self.regions))}"


@dataclass(frozen=True, slots=True)
class Home:
    """The caller's own account, and whether it can take a role in others."""

    account_id: str
    region: str
    source: str
    has_role: bool


class Backfill:
    """Everything a run needs; `places_at_once` bounds memory and the load on AWS."""

    def __init__(
        self,
        home: Home,
        log: EventLog,
        store: BackfillStore,
        open_place: OpenPlace,
        clock: Callable[[], datetime],
        places_at_once: int,
    ) -> None:
        self._home = home
        self._log = log
        self._store = store
        self._open_place = open_place
        self._clock = clock
        self._places_at_once = places_at_once
        self._recorder = Recorder(log)
        self._differences = DifferenceRecorder(log, self._recorder, clock)

    async def run(self, wanted: Wanted, progress: Progress) -> BackfillSummary:
        """Read, append, judge. What one account or Region refuses never stops the others.

        Raises:
            LogUnavailableError: the event log does not answer; start again with `--resume`.
        """
        try:
            return await self._run(wanted, progress)
        except* EventLogError as errors:
            first = _find_first(errors)
            raise LogUnavailableError(f"the event log did not take what was seen: {first}") from first

    async def find_places(self, wanted: Wanted) -> tuple[PlaceOutcome, Accounts, tuple[str, ...]]:
        """What was asked once, and the accounts and Regions to scan."""
        home = self._home
        async with self._open_place(home.account_id, home.region) as reader:
            reading = Reading(home.account_id, home.region, reader, self._differences, self._store, None)
            accounts = await read_accounts(reading, wanted.accounts)
            regions = tuple(sorted(wanted.regions)) or await _read_regions(reading) or (home.region,)
        outcome = merge(home.account_id, home.region, [reading.build_outcome()])
        return outcome.model_copy(update={"home": True}), accounts, regions

    async def _run(self, wanted: Wanted, progress: Progress) -> BackfillSummary:
        started_at = self._store.begin(self._clock(), wanted.key, resume=wanted.resume)
        await follow_log(self._log, self._store)
        asked_once, accounts, regions = await self.find_places(wanted)
        wanted_places = [(account, region) for account in accounts.ids for region in regions]
        progress.expect(len(wanted_places) * len(list_readings()))
        scanner = PlaceScanner(self._log, self._differences, self._store, self._open_place, progress.finish)
        slots = asyncio.Semaphore(self._places_at_once)

        async def scan(account_id: str, region: str) -> PlaceOutcome:
            if account_id != self._home.account_id and not self._home.has_role:
                return PlaceOutcome(account_id=account_id, region=region, reached=False, failed=(NO_ROLE,))
            async with slots:
                return await scanner.scan(account_id, region, started_at)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(scan(*place)) for place in wanted_places]
        places = [task.result() for task in tasks]
        places = await self._find_gone(places, started_at)
        gaps = await self._cover(places, started_at)
        self._store.finish()
        return _summarise(started_at, self._home.source, asked_once, places, gaps)

    async def _find_gone(self, places: Sequence[PlaceOutcome], started_at: datetime) -> list[PlaceOutcome]:
        gone = await find_vanished(self._log, self._store, places, started_at)
        return [
            place.model_copy(update={"gone": gone.get((place.account_id, place.region), ())})
            for place in places
        ]

    async def _cover(self, places: Sequence[PlaceOutcome], started_at: datetime) -> tuple[int, int]:
        writer = CoverageWriter(self._log, self._recorder, started_at, self._clock)
        counts = [await writer.write(place) for place in places]
        return sum(detected for detected, _ in counts), sum(closed for _, closed in counts)


async def _read_regions(reading: Reading) -> tuple[str, ...]:
    """Enabled Regions; none when that may not be asked."""
    found: list[str] = []
    async for page in reading.pages(REGIONS):
        found += [name for entry in page if (name := Fields(entry).text("regionName"))]
    return tuple(sorted(found))


def _summarise(
    started_at: datetime,
    source: str,
    asked_once: PlaceOutcome,
    places: Sequence[PlaceOutcome],
    gaps: tuple[int, int],
) -> BackfillSummary:
    everything = [asked_once, *places]
    judgement = judge(everything)
    resources: Counter[str] = Counter()
    for place in everything:
        resources.update(place.resources)
    return BackfillSummary(
        started_at=started_at,
        source=source,
        accounts=len({place.account_id for place in places}),
        regions=len({place.region for place in places}),
        resources=dict(sorted(resources.items())),
        events=sum(place.events for place in everything),
        unknown_share=judgement.unknown_share,
        gaps_detected=gaps[0],
        gaps_closed=gaps[1],
        advice=judgement.advice,
        failed=tuple(_list_notes(everything, "failed")),
        lacking=tuple(sorted({action for place in everything for action in place.lacking})),
        places=tuple(everything),
    )


def _list_notes(places: Iterable[PlaceOutcome], name: str) -> list[str]:
    return [f"{place.name}: {note}" for place in places for note in getattr(place, name)]


def _find_first(errors: BaseExceptionGroup[EventLogError]) -> BaseException:
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
