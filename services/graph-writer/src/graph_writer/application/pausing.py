"""How long to wait before another round with writers that were faster."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

ATTEMPTS: Final = 12
"""Rounds before the work is given back to the queue."""

Pause = Callable[[int], Awaitable[None]]


async def pause_with_jitter(attempt: int) -> None:
    """Wait 10 ms, 20 ms... up to half a second, each at random between half and all of it."""
    longest = min(0.5, 0.01 * 2.0**attempt)
    await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - spreads writers, hides nothing
