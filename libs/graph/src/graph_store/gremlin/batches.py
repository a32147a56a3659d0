"""Cutting work into requests."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

One = TypeVar("One")


def cut_by_records(items: Iterable[One], weigh: Callable[[One], int], records: int) -> Iterator[list[One]]:
    """Batches of at most so many records; an item that is larger stands alone."""
    batch: list[One] = []
    total = 0
    for item in items:
        weight = weigh(item)
        if batch and total + weight > records:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += weight
    if batch:
        yield batch


def cut_by_number(items: Sequence[One], number: int) -> Iterator[Sequence[One]]:
    """Batches of at most so many items."""
    for start in range(0, len(items), number):
        yield items[start : start + number]
