"""Cuts what is sent into batches that the services take."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

ENTRIES_AT_ONCE: Final = 10
"""Of PutEvents and SendMessageBatch (AWS_FACTS 3.3, 4.1)."""
MAX_BYTES: Final = 900_000
"""Both take at most 1 MB in one call; names and framing need some of it."""

Item = TypeVar("Item")


def cut(items: Iterable[Item], size_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Batches in order; an item that is too large by itself comes alone."""
    batch: list[Item] = []
    size = 0
    for item in items:
        length = size_of(item)
        if batch and (len(batch) == ENTRIES_AT_ONCE or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch
