"""What a queue promises, in memory and in SQS."""

from typing import Any

from bus import InMemoryQueue


async def test_a_sent_message_is_handed_out_once_while_it_is_hidden(queue_case: Any) -> None:
    await queue_case.queue.send(["one"])
    (message,) = await queue_case.queue.receive(1)
    assert (message.body, message.receive_count) == ("one", 1)
    assert message.sent_at is not None
    assert await queue_case.queue.receive(0) == []


async def test_more_than_ten_messages_arrive_in_batches_of_ten_at_most(queue_case: Any) -> None:
    await queue_case.queue.send([f"m{number}" for number in range(23)])
    seen: list[str] = []
    while batch := await queue_case.queue.receive(1):
        assert len(batch) <= 10
        seen += [message.body for message in batch]
        await queue_case.queue.delete(batch)
    assert sorted(seen) == sorted(f"m{number}" for number in range(23))


async def test_large_messages_are_split_by_bytes(queue_case: Any) -> None:
    bodies = [str(number) * 400_000 for number in range(4)]
    await queue_case.queue.send(bodies)
    seen: list[str] = []
    while batch := await queue_case.queue.receive(1):
        seen += [message.body for message in batch]
        await queue_case.queue.delete(batch)
    assert sorted(seen) == bodies


async def test_a_postponed_message_comes_again_and_counts_its_receives(queue_case: Any) -> None:
    await queue_case.queue.send(["again"])
    (first,) = await queue_case.queue.receive(1)
    await queue_case.queue.postpone(first, 0)
    (second,) = await queue_case.queue.receive(1)
    assert (second.id, second.receive_count) == (first.id, 2)


async def test_a_message_sent_with_a_delay_is_not_shown_before(queue_case: Any) -> None:
    await queue_case.queue.send(["later"], delay_seconds=2)
    assert await queue_case.queue.receive(0) == []
    assert [message.body for message in await queue_case.queue.receive(4)] == ["later"]


async def test_a_deleted_message_is_gone_and_deleting_it_twice_does_no_harm(queue_case: Any) -> None:
    await queue_case.queue.send(["gone"])
    messages = await queue_case.queue.receive(1)
    await queue_case.queue.delete(messages)
    await queue_case.queue.delete([])
    assert await queue_case.queue.receive(1) == []


async def test_a_buried_message_lies_among_the_dead_letters_with_the_reason(queue_case: Any) -> None:
    await queue_case.queue.send(["poison"])
    (message,) = await queue_case.queue.receive(1)
    await queue_case.queue.bury(message, "not JSON\x00", "UndecodableMessageError")
    ((body, attributes),) = await queue_case.read_dead_letters()
    assert body == "poison"
    assert attributes == {
        "reason": "not JSON?",
        "error_type": "UndecodableMessageError",
        "message_id": message.id,
    }
    assert await queue_case.queue.receive(1) == []


async def test_a_dead_letter_has_a_reason_even_when_none_was_given(queue_case: Any) -> None:
    await queue_case.queue.send(["poison"])
    (message,) = await queue_case.queue.receive(1)
    await queue_case.queue.bury(message, "")
    ((_, attributes),) = await queue_case.read_dead_letters()
    assert attributes["reason"] == attributes["error_type"] == "unknown"


async def test_a_message_that_was_not_deleted_comes_again_after_its_time() -> None:
    now = [0.0]
    queue = InMemoryQueue(visibility_seconds=60, now=lambda: now[0])
    await queue.send(["kept"])
    assert len(await queue.receive(0)) == 1
    now[0] = 61.0
    assert [message.receive_count for message in await queue.receive(0)] == [2]
