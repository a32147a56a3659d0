"""The consumer loop: nothing lost, nothing blocked, a clean end."""

import asyncio
from collections.abc import Sequence

import pytest

from bus import (
    InMemoryQueue,
    Message,
    Outcome,
    QueueConsumer,
    Received,
    TransientBusError,
    dead,
    done,
    retry,
)
from bus.consuming import LONGEST_PAUSE_SECONDS, build_delay, build_pause


async def run_until_empty(consumer: QueueConsumer, queue: InMemoryQueue) -> None:
    running = asyncio.create_task(consumer.run())
    async with asyncio.timeout(5):
        while len(queue):  # noqa: ASYNC110 - the queue has no event for being empty
            await asyncio.sleep(0)
    consumer.stop()
    await running


class Desk:
    """Handles messages as their body says, and remembers them; ends the consumer when `until` holds."""

    def __init__(self, queue: InMemoryQueue) -> None:
        self.queue = queue
        self.handled: list[str] = []
        self.batches: list[int] = []
        self.outcomes: list[tuple[str, str]] = []
        self.consumer = QueueConsumer(
            queue,
            self.handle,
            wait_seconds=0,
            on_outcome=lambda message, outcome: self.outcomes.append((message.body, outcome.kind)),
        )

    async def handle(self, messages: Sequence[Message]) -> list[Outcome]:
        self.batches.append(len(messages))
        if any(message.body == "crash" for message in messages):
            raise RuntimeError("a bug")
        self.handled += [message.body for message in messages]
        return [self.decide(message) for message in messages]

    def decide(self, message: Message) -> Outcome:
        match message.body:
            case "poison":
                return dead("not JSON", "UndecodableMessageError")
            case "flaky":
                return done() if message.receive_count > 1 else retry(0)
            case "stubborn":
                return retry(0, "the graph does not answer")
            case _:
                return done()

    async def run_until_empty(self) -> None:
        await run_until_empty(self.consumer, self.queue)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("bus.consuming.build_delay", lambda _count: 0)
    monkeypatch.setattr("bus.consuming.build_pause", lambda _fruitless: 0.0)
    return Desk(InMemoryQueue())


async def test_a_poison_message_is_buried_at_once_and_its_neighbours_are_handled(desk: Desk) -> None:
    await desk.queue.send(["a", "poison", "b"])
    await desk.run_until_empty()
    assert desk.handled == ["a", "poison", "b"]
    ((letter),) = desk.queue.dead_letters
    assert letter.body == "poison"
    assert letter.attributes["reason"] == "not JSON"
    assert letter.attributes["error_type"] == "UndecodableMessageError"


async def test_a_transient_failure_comes_again_and_is_not_buried(desk: Desk) -> None:
    await desk.queue.send(["flaky", "b"])
    await desk.run_until_empty()
    assert desk.handled == ["flaky", "b", "flaky"]
    assert desk.outcomes == [("flaky", "retry"), ("b", "done"), ("flaky", "done")]
    assert desk.queue.dead_letters == []


async def test_a_handler_that_raises_holds_up_only_the_message_that_makes_it(desk: Desk) -> None:
    await desk.queue.send(["a", "crash", "b"])
    await desk.run_until_empty()
    assert desk.handled == ["a", "b"]
    ((letter),) = desk.queue.dead_letters
    assert letter.body == "crash"
    assert letter.attributes["reason"] == "still failing after 5 attempts: RuntimeError: a bug"


async def test_the_last_attempt_ends_among_the_dead_letters_with_the_reason(desk: Desk) -> None:
    await desk.queue.send(["stubborn"])
    await desk.run_until_empty()
    assert desk.handled == ["stubborn"] * 5
    assert desk.queue.dead_letters[0].attributes["reason"] == (
        "still failing after 5 attempts: the graph does not answer"
    )


async def test_a_handler_that_loses_an_outcome_loses_no_message() -> None:
    queue = InMemoryQueue()

    async def forget(messages: Sequence[Message]) -> list[Outcome]:
        return [done()] if len(messages) == 1 else []

    consumer = QueueConsumer(queue, forget, wait_seconds=0)
    await queue.send(["a", "b"])
    await run_until_empty(consumer, queue)
    assert queue.dead_letters == []


async def test_a_message_is_deleted_only_after_it_was_handled(desk: Desk) -> None:
    during: list[int] = []
    original = desk.decide
    desk.decide = lambda message: (during.append(len(desk.queue)), original(message))[1]  # type: ignore[method-assign]  # - looks while handling
    await desk.queue.send(["a"])
    await desk.run_until_empty()
    assert during == [1]


async def test_a_stop_waits_for_the_batch_at_hand() -> None:
    queue, started, go = InMemoryQueue(), asyncio.Event(), asyncio.Event()

    async def slow(messages: Sequence[Message]) -> list[Outcome]:
        started.set()
        await go.wait()
        return [done() for _ in messages]

    consumer = QueueConsumer(queue, slow, wait_seconds=0)
    await queue.send(["a"])
    running = asyncio.create_task(consumer.run())
    await started.wait()
    consumer.stop()
    await asyncio.sleep(0)
    assert not running.done()
    go.set()
    await asyncio.wait_for(running, 5)
    assert len(queue) == 0


async def test_a_consumer_that_is_killed_in_a_batch_leaves_the_message_in_the_queue() -> None:
    queue, started = InMemoryQueue(), asyncio.Event()

    async def hang(_messages: Sequence[Message]) -> list[Outcome]:
        started.set()
        await asyncio.Event().wait()
        return []

    await queue.send(["a"])
    running = asyncio.create_task(QueueConsumer(queue, hang, wait_seconds=0).run())
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(queue) == 1


class Shaky(InMemoryQueue):
    """Fails its first receive and its first bury."""

    def __init__(self) -> None:
        super().__init__(visibility_seconds=0)
        self.failures = {"receive", "bury"}

    def _fail(self, name: str) -> None:
        if name in self.failures:
            self.failures.remove(name)
            raise TransientBusError(f"{name} does not answer")

    async def receive(self, wait_seconds: int) -> list[Received]:
        self._fail("receive")
        return await super().receive(wait_seconds)

    async def bury(self, message: Received, reason: str, error_type: str = "") -> None:
        self._fail("bury")
        await super().bury(message, reason, error_type)


@pytest.mark.usefixtures("desk")
async def test_a_queue_that_does_not_answer_for_a_while_costs_nothing() -> None:
    queue = Shaky()
    desk = Desk(queue)
    await queue.send(["poison", "a"])
    await desk.run_until_empty()
    assert not queue.failures
    assert "a" in desk.handled
    assert [letter.body for letter in queue.dead_letters] == ["poison"]


def test_each_try_comes_later_than_the_one_before_with_jitter() -> None:
    assert build_delay(1) == 1
    assert {5 <= build_delay(2) <= 10 for _ in range(50)} == {True}
    assert {150 <= build_delay(9) <= 300 for _ in range(50)} == {True}
    assert len({build_delay(4) for _ in range(50)}) > 1


def test_an_outage_slows_the_consumer_down_but_bad_luck_does_not() -> None:
    assert [build_pause(number) for number in range(6)] == [0, 0, 0, 2, 4, 8]
    assert build_pause(1000) == LONGEST_PAUSE_SECONDS
