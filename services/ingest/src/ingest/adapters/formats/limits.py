"""Caps on what a file may cost, and the stream that keeps them."""

from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, Final

from ingest.errors import UnreadableFileError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Bytes that a file may have as it is stored and unpacked, and one JSON document or line in memory."""

    file_bytes: int
    unpacked_bytes: int
    document_bytes: int

    def check_size(self, size: int) -> None:
        """Refuse a file by its stored size, before it is read.

        Raises:
            UnreadableFileError: it is larger than allowed.
        """
        if size > self.file_bytes:
            raise UnreadableFileError(f"larger than {self.file_bytes} bytes (AMI_LINEAGE_MAX_FILE_BYTES)")


_BUFFER_BYTES: Final = 1 << 16


class _Counting(RawIOBase):
    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._left = most
        self._most = most

    def readable(self) -> bool:
        return True

    def readinto(self, target: "WriteableBuffer") -> int:
        view = memoryview(target).cast("B")
        content = self._stream.read(len(view))
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableFileError(
                f"unpacks to more than {self._most} bytes (AMI_LINEAGE_MAX_UNPACKED_BYTES)"
            )
        view[: len(content)] = content
        return len(content)


def limit(stream: BinaryIO, most: int) -> BufferedReader:
    """The stream, ending with UnreadableFileError behind `most` bytes."""
    return BufferedReader(_Counting(stream, most), _BUFFER_BYTES)
