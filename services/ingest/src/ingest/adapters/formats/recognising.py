"""Decides by content what a file is, and reads its records."""

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from ingest.adapters.formats.csv_results import read_csv
from ingest.adapters.formats.json_files import read_document, read_lines
from ingest.adapters.formats.limits import FileLimits, limit
from ingest.adapters.formats.parquet_results import MAGIC, read_parquet
from ingest.errors import ForeignFileError, UnreadableFileError

_DOCUMENT_SUFFIXES: Final = (".json", ".json.gz")
_LINE_SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_TABLE_SUFFIXES: Final = (".csv", ".csv.gz", ".parquet")
RECORD_SUFFIXES: Final = (*_DOCUMENT_SUFFIXES, *_LINE_SUFFIXES, *_TABLE_SUFFIXES)
_GZIP_MAGIC: Final = b"\x1f\x8b"
_LOOK_AHEAD: Final = 1 << 16
_CSV_MARK: Final = b"eventname"
_CSV_WHOLE: Final = b"eventjson"


def read_stream(name: str, stream: BinaryIO, limits: FileLimits) -> Iterator[object]:
    """The records of a file; `Broken` for each that cannot be read. What was yielded before an error stands.

    A name without a known ending is no error: Athena's UNLOAD gives none.

    Raises:
        ForeignFileError: it holds something else.
        UnreadableFileError: truncated, corrupt, no UTF-8, or over a limit; the message says what to do.
    """
    known = name.lower().endswith(RECORD_SUFFIXES)
    try:
        yield from _read(name.lower(), stream, limits, known=known)
    except gzip.BadGzipFile as error:
        raise UnreadableFileError(f"corrupt gzip: {error}") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableFileError("truncated or corrupt gzip") from error
    except OSError as error:
        raise UnreadableFileError(error.strerror or str(error)) from error


def _read(name: str, stored: BinaryIO, limits: FileLimits, *, known: bool) -> Iterator[object]:
    stream = limit(stored, limits.unpacked_bytes)
    if stream.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC):
        stream = limit(cast("BinaryIO", gzip.GzipFile(fileobj=stream)), limits.unpacked_bytes)
    start = stream.peek(_LOOK_AHEAD)[:_LOOK_AHEAD]
    if start.startswith(MAGIC):
        yield from read_parquet(stream, limits)
    elif name.endswith(_LINE_SUFFIXES):
        yield from read_lines(stream, limits)
    elif name.endswith(_DOCUMENT_SUFFIXES):
        yield from read_document(stream, limits)
    elif _is_table(start):
        yield from read_csv(stream, limits)
    elif not known and start.lstrip()[:1] in (b"{", b"["):
        try:
            yield from read_document(stream, limits)
        except UnreadableFileError as error:
            raise ForeignFileError(f"no file of records: {error}") from error
    else:
        raise ForeignFileError("no JSON, CSV or Parquet of CloudTrail records")


def _is_table(start: bytes) -> bool:
    header = start.partition(b"\n")[0].lower()
    return _CSV_MARK in header or _CSV_WHOLE in header
