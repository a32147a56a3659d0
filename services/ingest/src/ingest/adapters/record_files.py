"""Reads records from files: JSON documents and JSON lines, each also gzipped, within limits."""

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from ingest.domain.documents import Broken, read_records
from ingest.errors import ForeignFileError, UnreadableFileError

DOCUMENT_SUFFIXES: Final = (".json", ".json.gz")
LINE_SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_PREVIEW_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Bytes that a file may have on disk and unpacked, and one JSON document or line in memory."""

    file_bytes: int
    unpacked_bytes: int
    document_bytes: int


def list_files(root: Path) -> Iterator[Path]:
    """The file itself, or all files below a folder in the order of their names; links are not followed.

    What cannot be read is listed too: reading it says why it is left out.
    """
    if not root.is_dir():
        yield root
        return
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:
        yield root
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from list_files(Path(entry.path))
        else:
            yield Path(entry.path)


def is_record_file(path: Path) -> bool:
    """Whether the name is one of a file that may hold records."""
    return path.name.lower().endswith((*DOCUMENT_SUFFIXES, *LINE_SUFFIXES))


def read_file(path: Path, limits: FileLimits) -> Iterator[object]:
    """The records of a file; `Broken` for each that cannot be read. What was yielded before an error stands.

    Raises:
        ForeignFileError: a link, a special file, or one that holds something else.
        UnreadableFileError: truncated, corrupt, no UTF-8, or over a limit.
    """
    if path.is_symlink():
        raise ForeignFileError("a link, which is not followed")
    if path.is_dir():
        raise UnreadableFileError("a folder that cannot be listed")
    if not is_record_file(path):
        raise ForeignFileError("not a .json, .jsonl or .gz file of these")
    try:
        with _open(path, limits) as stream:
            if path.name.lower().endswith(LINE_SUFFIXES):
                yield from _read_lines(stream, limits)
            else:
                yield from _read_document(stream, limits)
    except gzip.BadGzipFile as error:
        raise UnreadableFileError(f"corrupt gzip: {error}") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableFileError("truncated or corrupt gzip") from error
    except OSError as error:
        raise UnreadableFileError(error.strerror or str(error)) from error


def _open(path: Path, limits: FileLimits) -> BinaryIO | gzip.GzipFile:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ForeignFileError("not a regular file")
    if status.st_size > limits.file_bytes:
        raise UnreadableFileError(f"larger than {limits.file_bytes} bytes (AMI_LINEAGE_MAX_FILE_BYTES)")
    stream = path.open("rb")
    magic = stream.read(len(_GZIP_MAGIC))
    if magic != _GZIP_MAGIC:
        stream.seek(0)
        return stream
    stream.close()
    return gzip.open(path)


def _read_document(stream: BinaryIO | gzip.GzipFile, limits: FileLimits) -> Iterator[object]:
    largest = min(limits.document_bytes, limits.unpacked_bytes)
    text = stream.read(largest + 1)
    if len(text) > largest:
        raise UnreadableFileError(f"unpacks to more than {largest} bytes (AMI_LINEAGE_MAX_DOCUMENT_BYTES)")
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
    yield from read_records(document)


def _find_lines(text: bytes) -> list[bytes] | None:
    """The lines of a document that holds a JSON object on each, as tools that query trails export them."""
    lines = text.splitlines()
    try:
        first = orjson.loads(lines[0])
    except orjson.JSONDecodeError:
        return None
    return lines if isinstance(first, dict) and len(lines) > 1 else None


def _read_lines(stream: BinaryIO | gzip.GzipFile, limits: FileLimits) -> Iterator[object]:
    total = 0
    while line := stream.readline(limits.document_bytes + 1):
        if len(line) > limits.document_bytes:
            raise UnreadableFileError(
                f"a line longer than {limits.document_bytes} bytes (AMI_LINEAGE_MAX_DOCUMENT_BYTES)"
            )
        if total == 0:
            line = line.removeprefix(_BOM)
        total += len(line)
        if total > limits.unpacked_bytes:
            raise UnreadableFileError(
                f"unpacks to more than {limits.unpacked_bytes} bytes (AMI_LINEAGE_MAX_UNPACKED_BYTES)"
            )
        yield from _read_line(line)


def _read_line(line: bytes) -> Iterator[object]:
    if not line.strip():
        return
    try:
        yield from read_records(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        yield Broken(f"no valid JSON: {error}", _preview(line))
    except (ForeignFileError, UnreadableFileError) as error:
        yield Broken(f"line {error}", _preview(line))


def _preview(line: bytes) -> str:
    return line.strip()[:_PREVIEW_CHARACTERS].decode(errors="replace")
