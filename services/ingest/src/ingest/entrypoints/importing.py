"""The verb `import`: from paths on the command line to a summary on stdout."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bus import configure_logging
from ingest.adapters.rejects import RejectsFile
from ingest.application.importer import announce
from ingest.application.selection import Selection
from ingest.application.summary import ImportSummary
from ingest.bootstrap import build_importer, open_platform
from ingest.domain.moments import parse_moment
from ingest.errors import UsageError
from ingest.settings import IngestSettings

_MOST_LINES = 20


def find_roots(paths: list[Path]) -> list[Path]:
    """The given paths; a link that somebody names is followed, links below it are not.

    Raises:
        UsageError: one does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist: give a file or a folder of CloudTrail records")
    return [path.resolve() for path in paths]


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
    settings: IngestSettings, roots: list[Path], selection: Selection, rejects: Path | None, *, as_json: bool
) -> ImportSummary:
    """Import, announce, report.

    Raises:
        LogUnavailableError: the log does not answer.
    """
    configure_logging("ingest", settings.log_level)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    target = rejects or settings.data_dir / "rejects" / f"{stamp}.jsonl"
    async with open_platform(settings) as platform:
        importer = build_importer(settings, platform.log)
        with RejectsFile(target) as sink, _show_progress(visible=not as_json) as progress:
            tally = await importer.run(roots, sink.write, selection, progress)
            summary = tally.build_summary(None if sink.written is None else str(sink.written))
        await announce(tally, platform.publisher)
    if as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
    else:
        show(summary)
    return summary


def show(summary: ImportSummary) -> None:
    """The summary as tables for people."""
    console = Console()
    table = Table(title="Import", show_header=False)
    for name in ("files", "records", "recorded", "events", "duplicate", "ignored", "rejected"):
        table.add_row(name, f"{getattr(summary, name):,}")
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
def _show_progress(*, visible: bool) -> Iterator[Callable[[int, int], None]]:
    if not visible or not sys.stdout.isatty():
        yield lambda _files, _records: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("reading")
        yield lambda files, records: progress.update(
            task, description=f"{files:,} files, {records:,} records"
        )
