"""Records of JSON: whole documents, lines, and the answers of the query APIs as the AWS CLI prints them."""

from collections.abc import Iterator, Mapping
from io import BufferedReader
from typing import Final

import orjson

from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.formats.query_rows import check_columns, is_row, to_record
from ingest.domain.documents import Broken, read_records
from ingest.errors import ForeignFileError, UnreadableFileError

_BOM: Final = b"\xef\xbb\xbf"
_PREVIEW_CHARACTERS: Final = 500


def read_document(stream: BufferedReader, limits: FileLimits) -> Iterator[object]:
    """Records of one JSON document, or of one on each line.

    Raises:
        ForeignFileError: valid JSON of something else.
        UnreadableFileError: no JSON, or too large.
    """
    text = stream.read(limits.document_bytes + 1)
    if len(text) > limits.document_bytes:
        raise UnreadableFileError(
            f"unpacks to more than {limits.document_bytes} bytes (AMI_LINEAGE_MAX_DOCUMENT_BYTES)"
        )
    text = text.removeprefix(_BOM)
    if not text.strip():
        raise UnreadableFileError("empty")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = _find_lines(text)
        if lines is None:
            raise UnreadableFileError(f"no valid JSON: {error}") from error
        for line in lines:
            yield from _read_line(line)
        return
    yield from _read_parsed(document)


def read_lines(stream: BufferedReader, limits: FileLimits) -> Iterator[object]:
    """Records of JSON lines, one line in memory; a line that is broken gives `Broken`.

    Raises:
        UnreadableFileError: a line is too long.
    """
    first = True
    while line := stream.readline(limits.document_bytes + 1):
        if len(line) > limits.document_bytes:
            raise UnreadableFileError(
                f"a line longer than {limits.document_bytes} bytes (AMI_LINEAGE_MAX_DOCUMENT_BYTES)"
            )
        yield from _read_line(line.removeprefix(_BOM) if first else line)
        first = False


def _read_parsed(document: object) -> Iterator[object]:
    if isinstance(document, dict):
        if "QueryResultRows" in document:
            yield from _read_lake_answer(document["QueryResultRows"])
            return
        if "ResultSet" in document:
            yield from _read_athena_answer(document["ResultSet"])
            return
        if is_row(document):
            yield to_record(document)
            return
    if isinstance(document, list) and document and isinstance(document[0], dict) and is_row(document[0]):
        for entry in document:
            yield (
                to_record(entry) if isinstance(entry, dict) else Broken("a row that is no JSON object", entry)
            )
        return
    yield from read_records(document)


def _read_lake_answer(rows: object) -> Iterator[object]:
    """GetQueryResults of CloudTrail Lake: each row a list of objects with one column each."""
    if not isinstance(rows, list):
        raise UnreadableFileError("QueryResultRows is no list")
    merged = [_merge(row) for row in rows]
    check_columns({name for row in merged for name in row} if merged else {"eventjson"})
    for row in merged:
        yield to_record(row)


def _merge(row: object) -> dict[str, object]:
    cells = row if isinstance(row, list) else [row]
    return {str(name): value for cell in cells if isinstance(cell, dict) for name, value in cell.items()}


def _read_athena_answer(result: object) -> Iterator[object]:
    """GetQueryResults of Athena: the first row of the first page repeats the names of the columns."""
    rows = result.get("Rows") if isinstance(result, dict) else None
    metadata = result.get("ResultSetMetadata") if isinstance(result, dict) else None
    if not isinstance(rows, list):
        raise UnreadableFileError("ResultSet has no Rows")
    if isinstance(metadata, dict):
        names = [str(column.get("Name")) for column in metadata.get("ColumnInfo", [])]
    else:
        names = [str(value) for value in _read_cells(rows[0])] if rows else []
    check_columns(names)
    for row in rows:
        values = _read_cells(row)
        if values != names:
            yield to_record(dict(zip(names, values, strict=False)))


def _read_cells(row: object) -> list[object]:
    cells = row.get("Data") if isinstance(row, Mapping) else None
    return [cell.get("VarCharValue") if isinstance(cell, dict) else None for cell in cells or []]


def _find_lines(text: bytes) -> list[bytes] | None:
    """The lines of a document that holds a JSON object on each, as tools that query trails export them."""
    lines = text.splitlines()
    try:
        first = orjson.loads(lines[0])
    except orjson.JSONDecodeError:
        return None
    return lines if isinstance(first, dict) and len(lines) > 1 else None


def _read_line(line: bytes) -> Iterator[object]:
    if not line.strip():
        return
    try:
        yield from _read_parsed(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        yield Broken(f"no valid JSON: {error}", _preview(line))
    except (ForeignFileError, UnreadableFileError) as error:
        yield Broken(f"line {error}", _preview(line))


def _preview(line: bytes) -> str:
    return line.strip()[:_PREVIEW_CHARACTERS].decode(errors="replace")
