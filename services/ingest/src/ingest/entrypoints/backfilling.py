"""The verb `backfill`: from options to a summary on stdout and an exit code."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import structlog
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from bus import BusError, EventPublisher, configure_logging
from event_log import InMemoryEventLog
from ingest.adapters.backfill_store import SqliteBackfillStore
from ingest.adapters.source_session import SourceSession
from ingest.application.backfill.advising import judge
from ingest.application.backfill.outcomes import Advice, BackfillSummary, PlaceOutcome
from ingest.application.backfill.preflight import probe_places
from ingest.application.backfill.running import Home, Wanted
from ingest.bootstrap import build_backfill, build_source, open_places, open_platform
from ingest.domain.call import is_region
from ingest.errors import SourceUnavailableError, UsageError
from ingest.settings import IngestSettings
from ingest.source_settings import SourceSettings

EXIT_DONE: Final = 0
EXIT_INCOMPLETE: Final = 1
_ACCOUNT_DIGITS: Final = 12
_STORE_NAME: Final = "backfill.sqlite"
_MOST_LINES: Final = 20
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BackfillOptions:
    """What the command line says."""

    accounts: Sequence[str] = field(default_factory=tuple)
    regions: Sequence[str] = field(default_factory=tuple)
    resume: bool = False
    as_json: bool = False


def build_options(accounts: str, regions: str, *, resume: bool, as_json: bool) -> BackfillOptions:
    """Options from text.

    Raises:
        UsageError: something is no account id or no Region.
    """
    ids, names = accounts.replace(",", " ").split(), regions.replace(",", " ").split()
    for each in ids:
        if len(each) != _ACCOUNT_DIGITS or not each.isdigit():
            raise UsageError(f"--accounts {each!r} is no account id: write 12 digits")
    for name in names:
        if not is_region(name):
            raise UsageError(f"--regions {name!r} is no Region: write one like eu-west-1")
    return BackfillOptions(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(names)), resume, as_json)


def build_source_settings(profile: str | None, role: str | None, external_id: str | None) -> SourceSettings:
    """Settings of the source session; a named profile always means AWS itself, never a local endpoint."""
    given: dict[str, object] = {
        "role": role,
        "external_id": None if external_id is None else SecretStr(external_id),
        "profile": profile,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if profile is not None:
        local = ("ec2_endpoint", "endpoint", "sts_endpoint", "access_key_id", "secret_access_key")
        changes.update(dict.fromkeys(local))
    return SourceSettings().model_copy(update=changes)


async def run_backfill(settings: IngestSettings, source: SourceSettings, options: BackfillOptions) -> int:
    """Scan, append, announce, report; returns the exit code.

    Raises:
        LogUnavailableError: the log does not answer.
        SourceUnavailableError: there is nobody to ask as: no credentials.
    """
    configure_logging("ingest", settings.log_level)
    session = build_source(source)
    home = await _find_home(session)
    wanted = Wanted(options.accounts, options.regions, options.resume)
    began = datetime.now(UTC)
    path = settings.data_dir / _STORE_NAME
    async with open_platform(settings) as platform:
        with SqliteBackfillStore(path) as store, _show_progress(visible=not options.as_json) as progress:
            backfill = build_backfill(source, session, home, platform.log, store)
            summary = await backfill.run(wanted, progress)
        await _announce(platform.publisher, began)
    if options.as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
    else:
        _show(summary)
    return EXIT_DONE if summary.complete else EXIT_INCOMPLETE


async def run_preflight(settings: IngestSettings, source: SourceSettings, options: BackfillOptions) -> int:
    """Which permissions are missing and what the answers lose; needs no server, writes nothing.

    Raises:
        SourceUnavailableError: there is nobody to ask as: no credentials.
    """
    configure_logging("ingest", settings.log_level)
    session = build_source(source)
    home = await _find_home(session)
    opener = open_places(source, session)
    with SqliteBackfillStore.in_memory() as store:
        finder = build_backfill(source, session, home, InMemoryEventLog(), store)
        _, accounts, regions = await finder.find_places(Wanted(options.accounts, options.regions))
    can_reach = [each for each in accounts.ids if home.has_role or each == home.account_id]
    places = [(account_id, region) for account_id in can_reach for region in regions]
    outcomes = await probe_places(opener, (home.account_id, home.region), places)
    judgement = judge(outcomes)
    failed = [f"{place.name}: {note}" for place in outcomes for note in place.failed]
    if options.as_json:
        answer = BackfillSummary(
            started_at=datetime.now(UTC),
            source=home.source,
            accounts=len(can_reach),
            regions=len(regions),
            unknown_share=judgement.unknown_share,
            advice=judgement.advice,
            failed=tuple(failed),
            lacking=_list_lacking(outcomes),
            places=tuple(outcomes),
        )
        sys.stdout.write(answer.model_dump_json() + "\n")
    else:
        console = Console()
        console.print(f"Source: {home.source}; {len(places)} accounts and Regions", highlight=False)
        _show_advice(console, judgement.advice, judgement.unknown_share)
        _show_notes(console, "Not answered", failed)
        _show_notes(console, "Not offered there", _list_lacking(outcomes))
    return EXIT_INCOMPLETE if judgement.advice or failed else EXIT_DONE


async def _find_home(session: SourceSession) -> Home:
    try:
        caller = await session.get_caller()
    except SourceUnavailableError as error:
        raise SourceUnavailableError(
            f"AWS cannot be asked: {error}; name a profile with --profile, or log in (`aws sso login`)"
        ) from error
    access = session.access
    return Home(caller.account_id, session.get_region(), access.described, access.role is not None)


async def _announce(publisher: EventPublisher, began: datetime) -> None:
    """One hint for a whole run, so that the graph follows at once; without it, it follows in a minute."""
    hint = LogAppended(recorded_from=began, recorded_to=datetime.now(UTC), correlation_id=str(uuid4()))
    try:
        await publisher.publish_hint(LOG_APPENDED, hint)
    except BusError as error:
        _log.warning("hint not published", reason=str(error))


def _list_lacking(places: Sequence[PlaceOutcome]) -> tuple[str, ...]:
    return tuple(sorted({action for place in places for action in place.lacking}))


def _show(summary: BackfillSummary) -> None:
    console = Console()
    table = Table(title="Backfill", show_header=False)
    table.add_row("source", summary.source)
    for name in ("accounts", "regions", "events", "gaps_detected", "gaps_closed"):
        table.add_row(name.replace("_", " "), f"{getattr(summary, name):,}")
    for kind, number in summary.resources.items():
        table.add_row(f"seen: {kind}", f"{number:,}")
    console.print(table)
    _show_advice(console, summary.advice, summary.unknown_share)
    _show_notes(console, "Failed", summary.failed)
    _show_notes(console, "Not offered there", summary.lacking)


def _show_advice(console: Console, advice: Sequence[Advice], unknown_share: float) -> None:
    console.print(f"Unknown: {unknown_share:.1%} of what was asked has no answer", highlight=False)
    if not advice:
        return
    table = Table(title="Missing permissions")
    table.add_column("grant", no_wrap=True)
    for heading in ("in", "else unknown", "lowers unknown by"):
        table.add_column(heading)
    for each in advice:
        places = each.places[0] if len(each.places) == 1 else f"{len(each.places)} accounts and Regions"
        table.add_row(each.action, places, each.loses, f"{each.share:.1%}")
    console.print(table)


def _show_notes(console: Console, title: str, notes: Sequence[str]) -> None:
    for note in notes[:_MOST_LINES]:
        console.print(f"{title}: {note}", markup=False, highlight=False)
    if len(notes) > _MOST_LINES:
        console.print(f"{title}: {len(notes) - _MOST_LINES} more, see --json", highlight=False)


class _Silence:
    def expect(self, readings: int) -> None:
        """Nobody looks."""

    def finish(self, account_id: str, region: str, reading: str) -> None:
        """Nobody looks."""


class _BarProgress:
    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("accounts and Regions", total=None)

    def expect(self, readings: int) -> None:
        self._bar.update(self._task, total=readings)

    def finish(self, account_id: str, region: str, reading: str) -> None:
        self._bar.update(self._task, advance=1, description=f"{account_id} {region}: {reading}")


@contextmanager
def _show_progress(*, visible: bool) -> Iterator[_Silence | _BarProgress]:
    if not visible or not sys.stdout.isatty():
        yield _Silence()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, transient=True) as bar:
        yield _BarProgress(bar)
