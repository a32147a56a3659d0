"""The verbs `import` and `lookup`: from options on the command line to a summary on stdout."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bus import configure_logging
from ingest.adapters.finished_units import FinishedUnitsFile
from ingest.adapters.rejects import RejectsFile
from ingest.application.importer import announce
from ingest.application.selection import Selection
from ingest.application.sources import RecordSource
from ingest.application.summary import ImportSummary, Tally
from ingest.bootstrap import build_importer, build_scope, open_platform
from ingest.domain.moments import parse_moment
from ingest.errors import UsageError
from ingest.settings import IngestSettings

_MOST_LINES = 20
_FINISHED_NAME = "finished-units.sqlite3"


@dataclass(frozen=True, slots=True)
class Output:
    """How to report: JSON or tables, where rejected records go, and what the bar counts to (None: unknown)."""

    as_json: bool = False
    rejects: Path | None = None
    expected_bytes: int | None = None


def build_selection(since: str | None, until: str | None, accounts: str, regions: str) -> Selection:
    """The filters of the command line; times without a zone are UTC.

    Raises:
        UsageError: a time cannot be read.
    """
    return Selection(
        since=_read_time("--since", since),
        until=_read_time("--until", until),
        accounts=frozenset(accounts.replace(",", " ").split()),
        regions=frozenset(regions.replace(",", " ").split()),
    )


async def run_import(
    settings: IngestSettings, sources: Sequence[RecordSource], selection: Selection, output: Output
) -> ImportSummary:
    """Import, state coverage, announce, report.

    Raises:
        LogUnavailableError: the log does not answer.
        SourceUnavailableError: a source does not answer, or refuses.
    """
    configure_logging("ingest", settings.log_level)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    target = output.rejects or settings.data_dir / "rejects" / f"{stamp}.jsonl"
    async with open_platform(settings) as platform:
        importer = build_importer(settings, platform.log)
        with (
            FinishedUnitsFile(
                settings.data_dir / _FINISHED_NAME, build_scope(platform.topology.event_table, selection)
            ) as finished,
            RejectsFile(target) as sink,
            _show_progress(output) as progress,
        ):
            tally = await importer.run(sources, sink.write, selection, finished, progress)
            await importer.cover(sources, tally)
            summary = tally.build_summary(None if sink.written is None else str(sink.written))
        await announce(tally, platform.publisher)
    if output.as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
    else:
        show(summary)
    return summary


def show(summary: ImportSummary) -> None:
    """The summary as tables for people."""
    console = Console()
    table = Table(title="Import", show_header=False)
    names = (
        "files",
        "finished_before",
        "records",
        "recorded",
        "events",
        "duplicate",
        "ignored",
        "rejected",
        "coverage",
    )
    for name in names:
        table.add_row(name.replace("_", " "), f"{getattr(summary, name):,}")
    console.print(table)
    for title, reasons in (("Ignored", summary.ignored_by_reason), ("Rejected", summary.rejected_by_reason)):
        if reasons:
            table = Table("records", "reason", title=title)
            for reason, number in list(reasons.items())[:_MOST_LINES]:
                table.add_row(f"{number:,}", reason)
            console.print(table)
    for title, notes in (("Skipped files", summary.skipped_files), ("Broken files", summary.broken_files)):
        for note in notes[:_MOST_LINES]:
            console.print(f"{title[:-1]}: {note.path}: {note.reason}", markup=False, highlight=False)
    if summary.rejects_file is not None:
        console.print(f"Rejected records with their reasons: {summary.rejects_file}", markup=False)


def _read_time(option: str, text: str | None) -> datetime | None:
    moment = parse_moment(text)
    if text is not None and moment is None:
        raise UsageError(f"{option} {text!r} is no time: write 2026-11-23 or 2026-11-23T12:00:00Z")
    return moment


@contextmanager
def _show_progress(output: Output) -> Iterator[Callable[[Tally], None]]:
    if output.as_json or not sys.stdout.isatty():
        yield lambda _tally: None
        return
    columns = (
        SpinnerColumn(),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("reading", total=output.expected_bytes)

        def advance(tally: Tally) -> None:
            words = f"{tally.files:,} files, {tally.records:,} records"
            progress.update(task, completed=tally.bytes, description=words)

        yield advance
