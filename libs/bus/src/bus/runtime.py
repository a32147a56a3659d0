"""Life of a background service: run until a signal, drain, end; a crash of one part ends all."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

import structlog

GRACE_SECONDS: Final = 20.0
_logger = structlog.get_logger(__name__)

Part = Callable[[], Awaitable[None]]


async def run_until_signal(
    parts: Mapping[str, Part], stop: Callable[[], None], grace_seconds: float = GRACE_SECONDS
) -> None:
    """Run the parts side by side until SIGTERM or SIGINT, or until one of them fails.

    `stop` asks parts that can drain to end; what still runs after the grace time is cancelled.

    Raises:
        Exception: what a part failed with.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tasks = [asyncio.create_task(_run(part), name=name) for name, part in parts.items()]
    waiting = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        while not stopping.is_set() and not any(_has_failed(task) for task in tasks):
            running = {task for task in tasks if not task.done()}
            if not running:
                break
            await asyncio.wait({waiting, *running}, return_when=asyncio.FIRST_COMPLETED)
        _logger.info("stopping", failed=[task.get_name() for task in tasks if _has_failed(task)])
        stop()
        running = {task for task in tasks if not task.done()}
        if running:
            await asyncio.wait(running, timeout=grace_seconds)
    finally:
        for task in (waiting, *tasks):
            task.cancel()
        for task in (waiting, *tasks):
            with suppress(asyncio.CancelledError):
                if task is waiting or not _has_failed(task):
                    await task
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    for task in tasks:
        if _has_failed(task):
            task.result()


async def _run(part: Part) -> None:
    await part()


def _has_failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
