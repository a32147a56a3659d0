"""Many requests at once, but not too many."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

CONCURRENCY: Final = 16

Given = TypeVar("Given")
Answer = TypeVar("Answer")


async def map_bounded(ask: Callable[[Given], Awaitable[Answer]], given: Iterable[Given]) -> list[Answer]:
    """Answers in the order of what was given; the first failure ends the others and is raised as it is."""
    gate = asyncio.Semaphore(CONCURRENCY)

    async def ask_gated(one: Given) -> Answer:
        async with gate:
            return await ask(one)

    tasks = [asyncio.ensure_future(ask_gated(one)) for one in given]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
