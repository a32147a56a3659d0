"""Life of a service: run until a signal, drain, end; a crash of one part ends all."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import structlog

GRACE_SECONDS: Final = 20.0
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_logger = structlog.get_logger(__name__)

Part = Callable[[], Awaitable[None]]


async def run_until_signal(
    parts: Mapping[str, Part], stop: Callable[[], None], grace_seconds: float = GRACE_SECONDS
) -> None:
    """Run the parts side by side until SIGTERM or SIGINT, until one of them fails, or until all have ended.

    `stop` asks parts that can drain to end; what still runs after the grace time is cancelled.

    Raises:
        Exception: what the first part in the order of `parts` failed with.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stopping.set)
    tasks = [asyncio.create_task(_run(part), name=name) for name, part in parts.items()]
    signalled = asyncio.create_task(_wait(stopping))
    try:
        await _wait_for_end(tasks, signalled)
        _logger.info("service stopping", ended=[task.get_name() for task in tasks if task.done()])
        stop()
        _, late = await asyncio.wait(tasks, timeout=grace_seconds)
        if late:
            _logger.warning("service cut short", running=sorted(task.get_name() for task in late))
    finally:
        for task in (signalled, *tasks):
            task.cancel()
        results = await asyncio.gather(*tasks, signalled, return_exceptions=True)
        for number in SIGNALS:
            loop.remove_signal_handler(number)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _run(part: Part) -> None:
    await part()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _wait_for_end(tasks: Iterable[asyncio.Task[None]], signalled: asyncio.Task[None]) -> None:
    """Until the signal, until a part fails, or until all parts have ended."""
    running = set(tasks)
    while running and not signalled.done():
        ended, _ = await asyncio.wait({signalled, *running}, return_when=asyncio.FIRST_COMPLETED)
        running -= ended
        if any(not task.cancelled() and task.exception() is not None for task in ended):
            return
