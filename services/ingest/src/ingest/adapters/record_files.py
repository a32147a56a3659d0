"""Files on this machine: which there are below a path, and their records."""

import os
import stat
from collections.abc import Generator, Iterator
from pathlib import Path

from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.formats.recognising import RECORD_SUFFIXES, read_stream
from ingest.errors import ForeignFileError, UnreadableFileError


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
    return path.name.lower().endswith(RECORD_SUFFIXES)


def read_file(path: Path, limits: FileLimits) -> Generator[object, None, None]:
    """The records of a file; `Broken` for each that cannot be read. What was yielded before an error stands.

    Raises:
        ForeignFileError: a link, a special file, or one that holds something else.
        UnreadableFileError: truncated, corrupt, no UTF-8, or over a limit.
    """
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise ForeignFileError("a link, which is not followed")
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFileError("a folder that cannot be listed")
        if not stat.S_ISREG(status.st_mode):
            raise ForeignFileError("not a regular file")
        limits.check_size(status.st_size)
        with path.open("rb") as stream:
            yield from read_stream(path.name, stream, limits)
    except OSError as error:
        raise UnreadableFileError(error.strerror or str(error)) from error
