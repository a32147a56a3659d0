import json
from typing import Any

import pytest
from graph_writer_events import event, registered_chain, stream
from graph_writer_world import append, digest_of_graph, digest_of_log

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.hints import GRAPH_PROJECTED, GraphProjected
from bus import InMemoryPublisher, Message
from event_log import InMemoryEventLog, PermanentLogError, TransientLogError
from graph_store import InMemoryGraphStore
from graph_store.generations import InMemoryGenerationRegistry
from graph_writer.application.batches import BatchProjector
from graph_writer.application.gate import WriterGate
from graph_writer.application.live import LiveHandler
from graph_writer.application.notifying import Notifier
from graph_writer.application.projector import Projector
from graph_writer.application.rebuild import Rebuilder


def message(detail_type: str, detail: dict[str, Any], number: int = 1) -> Message:
    return Message(id=f"m{number}", body=json.dumps({"detail-type": detail_type, "detail": detail}))


def message_of(one: EventEnvelope, number: int = 1) -> Message:
    return message(one.event_type, one.model_dump(mode="json"), number)


class Live:
    """A live handler over an empty generation, in memory."""

    def __init__(self) -> None:
        self.log, self.graph = InMemoryEventLog(), InMemoryGraphStore()
        self.publisher = InMemoryPublisher()
        self.woken = 0
        registry = InMemoryGenerationRegistry()
        self.gate = WriterGate(registry, self.graph, "live")
        projector, notifier = Projector(self.log, self.graph), Notifier(self.publisher)
        self.rebuilder = Rebuilder(
            self.log, self.graph, registry, projector, notifier, builder_id="live", members=None, chunk=10
        )
        self.handler = LiveHandler(
            self.graph, BatchProjector(self.gate, projector), notifier, self.wake, patience_seconds=0
        )
        self.generation = ""

    async def open(self) -> None:
        self.generation = (await self.rebuilder.rebuild()).generation
        await self.gate.renew()
        self.publisher.hints.clear()

    def wake(self) -> None:
        self.woken += 1

    async def handle(self, *messages: Message) -> list[str]:
        return [outcome.kind for outcome in await self.handler.handle(messages)]


@pytest.fixture
async def live() -> Live:
    live = Live()
    await live.open()
    return live


async def test_recorded_events_reach_the_graph_and_readers_are_told(live: Live) -> None:
    events = registered_chain()
    await append(live.log, events)

    outcomes = await live.handle(*(message_of(one, number) for number, one in enumerate(events)))

    assert outcomes == ["done"] * len(events)
    assert await digest_of_graph(live.graph, live.generation) == await digest_of_log(live.log)
    ((hint_type, hint),) = live.publisher.hints
    assert hint_type == GRAPH_PROJECTED
    assert isinstance(hint, GraphProjected)
    assert hint.generation == live.generation
    assert set(hint.stream_ids) == {one.stream_id for one in events}
    assert hint.checkpoint is not None


async def test_the_hint_names_what_was_closed_again_and_carries_the_cause(live: Live) -> None:
    await append(live.log, registered_chain())
    await live.handle(*(message_of(one) for one in registered_chain()))
    live.publisher.hints.clear()
    late = event(stream("snapshot", 1), "snapshot.tagged", 70, tags={"a": "b"})
    await append(live.log, [late])

    await live.handle(message_of(late))

    ((_, hint),) = live.publisher.hints
    assert isinstance(hint, GraphProjected)
    assert {stream("snapshot", 1), stream("image", 2)} <= set(hint.stream_ids)
    assert hint.correlation_id == late.correlation_id


async def test_a_forged_event_changes_nothing(live: Live) -> None:
    forged = event(stream("image", 66), "image.created", 1, name="forged")

    assert await live.handle(message_of(forged)) == ["done"]

    assert (await digest_of_graph(live.graph, live.generation)).vertices == 0
    assert live.publisher.hints == []


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "[]",
        '{"detail-type": "image.created"}',
        '{"detail-type": "image.created", "detail": {"no": "envelope"}}',
        '{"detail-type": "log.appended", "detail": {}}',
        '{"detail-type": 5, "detail": 5}',
    ],
)
async def test_what_cannot_be_read_goes_to_the_dead_letters_and_stops_nothing(live: Live, body: str) -> None:
    good = event(stream("image", 1), "image.created", 1)
    await append(live.log, [good])

    outcomes = await live.handler.handle([Message(id="bad", body=body), message_of(good)])

    assert [outcome.kind for outcome in outcomes] == ["dead", "done"]
    assert outcomes[0].reason
    assert (await digest_of_graph(live.graph, live.generation)).vertices == 1


async def test_a_hint_about_the_log_wakes_the_catch_up(live: Live) -> None:
    hint = {
        "recorded_from": "2026-01-01T00:00:00Z",
        "recorded_to": "2026-01-01T00:00:00Z",
        "correlation_id": "c",
    }

    assert await live.handle(message("log.appended", hint)) == ["done"]

    assert live.woken == 1


async def test_an_event_of_a_stream_without_a_vertex_is_done_with(live: Live) -> None:
    gap = event("coverage/111111111111/us-east-1", "coverage.gap_detected", 1, capture="live", reason="x")

    assert await live.handle(message_of(gap)) == ["done"]


async def test_messages_wait_while_the_log_does_not_answer(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_stream_ids: object) -> None:
        raise TransientLogError("no answer")

    monkeypatch.setattr(live.log, "read_streams", fail)

    assert await live.handle(message_of(registered_chain()[0]), Message(id="bad", body="x")) == [
        "retry",
        "dead",
    ]


async def test_messages_wait_while_the_graph_is_being_rebuilt(live: Live) -> None:
    await live.graph.drop_generation(f"{live.generation}.anchor")

    assert await live.handle(message_of(registered_chain()[0])) == ["retry"]


async def test_a_stream_that_cannot_be_projected_is_buried_alone(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (event(stream("image", number), "image.created", 1) for number in (1, 2))
    await append(live.log, [good, bad])
    read_streams = live.log.read_streams

    async def fail_for_bad(stream_ids: list[str]) -> Any:
        if bad.stream_id in stream_ids:
            raise PermanentLogError("damaged")
        return await read_streams(stream_ids)

    monkeypatch.setattr(live.log, "read_streams", fail_for_bad)

    outcomes = await live.handler.handle([message_of(bad, 1), message_of(good, 2)])

    assert [outcome.kind for outcome in outcomes] == ["dead", "done"]
    assert "damaged" in outcomes[0].reason
    assert (await digest_of_graph(live.graph, live.generation)).vertices == 1


async def test_readers_are_told_in_hints_of_at_most_500_streams(live: Live) -> None:
    events = [event(stream("image", number), "image.created", 1) for number in range(1, 1_102)]
    await append(live.log, events)

    await live.handle(*(message_of(one) for one in events))

    hints = [hint for _, hint in live.publisher.hints if isinstance(hint, GraphProjected)]
    assert [len(hint.stream_ids) for hint in hints] == [500, 500, 101]
