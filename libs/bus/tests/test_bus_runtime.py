"""The life of a service: signals, drain, crash."""

import asyncio
import os
import signal

import pytest

from bus import run_until_signal


class Parts:
    """A part that drains when asked to stop, and one that only ends by being cancelled."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.ended: list[str] = []

    async def drain(self) -> None:
        await self.stopping.wait()
        self.ended.append("drained")

    async def hang(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.append("cancelled")

    async def crash(self) -> None:
        await asyncio.sleep(0)
        raise RuntimeError("a part broke")

    async def finish(self) -> None:
        self.ended.append("finished")


async def signal_soon(number: int) -> None:
    await asyncio.sleep(0.05)
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_parts_drain(number: int) -> None:
    parts = Parts()
    sending = asyncio.create_task(signal_soon(number))
    await asyncio.wait_for(run_until_signal({"drain": parts.drain}, parts.stopping.set), 5)
    await sending
    assert parts.ended == ["drained"]


async def test_a_part_that_does_not_end_is_cancelled_after_the_grace_time() -> None:
    parts = Parts()
    sending = asyncio.create_task(signal_soon(signal.SIGTERM))
    await asyncio.wait_for(
        run_until_signal({"drain": parts.drain, "hang": parts.hang}, parts.stopping.set, grace_seconds=0.05),
        5,
    )
    await sending
    assert parts.ended == ["drained", "cancelled"]


async def test_a_crash_of_one_part_drains_the_others_and_is_raised() -> None:
    parts = Parts()
    with pytest.raises(RuntimeError, match="a part broke"):
        await asyncio.wait_for(
            run_until_signal({"drain": parts.drain, "crash": parts.crash}, parts.stopping.set), 5
        )
    assert parts.ended == ["drained"]


async def test_a_part_that_has_nothing_more_to_do_does_not_end_the_others() -> None:
    parts = Parts()
    sending = asyncio.create_task(signal_soon(signal.SIGTERM))
    await asyncio.wait_for(
        run_until_signal({"finish": parts.finish, "drain": parts.drain}, parts.stopping.set), 5
    )
    await sending
    assert parts.ended == ["finished", "drained"]


async def test_it_ends_by_itself_when_all_parts_have_ended() -> None:
    parts = Parts()
    await asyncio.wait_for(run_until_signal({"finish": parts.finish}, parts.stopping.set), 5)
    assert parts.ended == ["finished"]


async def test_the_signals_belong_to_the_process_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    parts = Parts()
    await run_until_signal({"finish": parts.finish}, parts.stopping.set)
    assert signal.getsignal(signal.SIGTERM) == before
