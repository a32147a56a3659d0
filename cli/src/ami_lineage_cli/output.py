"""Answers as a table for people, or as JSON, JSON lines and CSV for programs."""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins so."""
PIPE_WIDTH = 10_000
"""Columns of a table that no terminal shows: wide enough that no id is broken."""


class OutputFormat(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    JSONL = "jsonl"


def to_cell(value: object) -> str:
    """One value as short text; lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def to_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as CSV; cells that a spreadsheet would run are quoted with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = (to_cell(row.get(column)) for column in columns)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in cells])
    return text.getvalue()


def _print_table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_to_text(to_cell(row.get(column)) or "unknown") for column in columns))
    console.print(table)


def _to_text(cell: str) -> Text:
    """A cell as it is: names are given by strangers, and neither styles nor steers the terminal."""
    return Text("".join(letter if letter.isprintable() else "\ufffd" for letter in cell))


def _note_what_is_left(body: Mapping[str, Any]) -> None:
    """Says on stderr that there is more, so that a part is never taken for the whole."""
    if body.get("next_cursor") or body.get("truncated"):
        sys.stderr.write(
            "ami-lineage: Not all is shown: there is more than one page; ask for less or raise --limit.\n"
        )
    if body.get("deeper"):
        sys.stderr.write("ami-lineage: Not all is shown: the lineage goes on; raise --depth.\n")


def print_answer(
    output: OutputFormat,
    body: Mapping[str, Any],
    tables: Mapping[str, tuple[Sequence[Mapping[str, Any]], Sequence[str]]],
) -> None:
    """Print an answer.

    `body` is the API's whole body (what ``--json`` prints); `tables` maps a title to rows and columns,
    the first of them is what CSV and JSON lines hold.
    """
    rows, columns = next(iter(tables.values()))
    match output:
        case OutputFormat.JSON:
            sys.stdout.write(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
        case OutputFormat.JSONL:
            sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        case OutputFormat.CSV:
            sys.stdout.write(to_csv(rows, columns))
        case OutputFormat.TABLE:
            for title, (table_rows, table_columns) in tables.items():
                _print_table(title, table_rows, table_columns)
    _note_what_is_left(body)
