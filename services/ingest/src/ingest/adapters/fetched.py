"""Documents of a copy that was fetched over a network."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Self


class FetchedDocuments:
    """Reads from a temporary copy and removes it at its end, after an error, or when closed unread."""

    def __init__(self, copy: BinaryIO, read: Callable[[BinaryIO], Iterator[object]]) -> None:
        self._copy = copy
        self._documents = read(copy)
        copy.seek(0)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> object:
        try:
            return next(self._documents)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the copy."""
        self._copy.close()
