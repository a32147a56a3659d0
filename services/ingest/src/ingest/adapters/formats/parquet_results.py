"""Records of Parquet: what UNLOAD of Athena and exports of event data stores write."""

import importlib
import shutil
import tempfile
from collections.abc import Iterator
from io import BufferedReader
from typing import Any, Final

from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.formats.query_rows import check_columns, to_record
from ingest.errors import UnreadableFileError

MAGIC: Final = b"PAR1"
_ROWS_AT_ONCE: Final = 500


def read_parquet(stream: BufferedReader, limits: FileLimits) -> Iterator[object]:
    """Records of the rows, some hundred in memory.

    Raises:
        ForeignFileError: a table of something else.
        UnreadableFileError: no Parquet, columns are missing, or it unpacks to too much.
    """
    # Loaded only here: it is large, and most installations never meet such a file.
    arrow = importlib.import_module("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    with tempfile.TemporaryFile() as seekable:
        shutil.copyfileobj(stream, seekable)
        try:
            table = parquet.ParquetFile(seekable)
            _check_sizes(table.metadata, limits)
            check_columns(table.schema_arrow.names)
            for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    yield to_record(row)
        except arrow.ArrowException as error:
            raise UnreadableFileError(f"no valid Parquet: {error}") from error


def _check_sizes(metadata: Any, limits: FileLimits) -> None:  # noqa: ANN401 - pyarrow has no types
    groups = [metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)]
    if sum(groups) > limits.unpacked_bytes:
        raise UnreadableFileError(
            f"unpacks to more than {limits.unpacked_bytes} bytes (AMI_LINEAGE_MAX_UNPACKED_BYTES)"
        )
    if any(size > limits.document_bytes for size in groups):
        raise UnreadableFileError(
            f"a row group larger than {limits.document_bytes} bytes (AMI_LINEAGE_MAX_DOCUMENT_BYTES)"
        )
