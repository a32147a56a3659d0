"""Records of CSV: what Athena and CloudTrail Lake write as results of a query."""

import csv
import threading
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.formats.query_rows import check_columns, to_record
from ingest.domain.documents import Broken
from ingest.errors import UnreadableFileError

_LIMIT_LOCK = threading.Lock()


def read_csv(stream: BufferedReader, limits: FileLimits) -> Iterator[object]:
    """Records of the rows below the header, one row in memory.

    Raises:
        ForeignFileError: a table of something else.
        UnreadableFileError: columns are missing, or it is no CSV.
    """
    _allow_fields(limits.document_bytes)
    try:
        with TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text, strict=True)
            header = next(rows, [])
            check_columns(header)
            for row in rows:
                if len(row) == len(header):
                    yield to_record(dict(zip(header, row, strict=True)))
                elif row:
                    yield Broken("a row with more or fewer columns than the header", row[:3])
    except UnicodeDecodeError as error:
        raise UnreadableFileError("no UTF-8") from error
    except csv.Error as error:
        raise UnreadableFileError(f"no valid CSV: {error}") from error


def _allow_fields(size: int) -> None:
    """The module's own limit of 128 KiB is below the parameters of a large call (AWS_FACTS 2.1), and global."""
    with _LIMIT_LOCK:
        csv.field_size_limit(max(csv.field_size_limit(), size))
