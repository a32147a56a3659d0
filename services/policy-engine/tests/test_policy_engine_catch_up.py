import pytest
from policy_engine_world import GOLDEN, build_hint, build_world

from bus import Message
from event_log import TransientLogError
from graph_store import InMemoryGenerationRegistry, InMemoryGraphStore
from policy_engine.application.live import LiveHandler
from policy_engine.errors import GraphRebuildingError, VerdictTableError


async def test_a_lost_hint_is_made_good_from_the_log() -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("golden", owner=GOLDEN)
    await world.put_image("app", "golden")
    await world.reach_checkpoint()

    assert await engine.catch_up.run() == 2
    assert await world.read_statuses("app") == ["PASS"]
    assert await engine.catch_up.run() == 0


async def test_what_was_recorded_after_the_checkpoint_stays_for_the_next_time() -> None:
    world = await build_world()
    engine = await world.start()
    world.clock.move(seconds=30)
    await world.put_image("app")
    await world.reach_checkpoint(behind_seconds=10)

    assert await engine.catch_up.run() == 0
    assert await engine.catch_up.run() == 0
    assert await world.read_statuses("app") == []
    await world.reach_checkpoint()
    assert await engine.catch_up.run() == 1


async def test_events_that_keep_coming_hold_nothing_back() -> None:
    world = await build_world()
    engine = await world.start()

    for number in range(5):
        world.clock.move(seconds=60)
        await world.put_image(f"n{number}")
        await world.reach_checkpoint(behind_seconds=30)
        await engine.catch_up.run()

    assert [await world.read_statuses(f"n{number}") for number in range(5)] == [["UNKNOWN"]] * 4 + [[]]


async def test_a_restarted_engine_goes_on_where_the_last_one_was() -> None:
    world = await build_world()
    await world.start()
    world.clock.move(minutes=1)
    await world.put_image("known-later")
    await world.reach_checkpoint()
    position = await world.verdicts.find_position()

    await world.start()

    assert await world.read_statuses("known-later") == ["UNKNOWN"]
    moved = await world.verdicts.find_position()
    assert position is not None
    assert moved is not None
    assert moved.recorded_at > position.recorded_at


async def test_a_descendant_of_what_changed_in_the_log_is_evaluated_too() -> None:
    world = await build_world()
    await world.put_image("root")
    await world.put_image("leaf", "root")
    engine = await world.start()
    world.clock.move(minutes=1)
    await world.put_image("root", owner=GOLDEN)
    await world.reach_checkpoint()

    await engine.catch_up.run()

    assert await world.read_statuses("leaf") == ["UNKNOWN", "PASS"]


async def test_a_rebuilt_graph_is_evaluated_as_a_whole() -> None:
    world = await build_world()
    await world.put_image("app", recorded=False)
    engine = await world.start()
    await world.open_generation("g2")
    await world.put_image("app", owner=GOLDEN, recorded=False)

    await engine.catch_up.run()

    assert await world.read_statuses("app") == ["UNKNOWN", "PASS"]


async def test_a_hint_that_says_everything_makes_the_next_run_look_at_all_images() -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("app", recorded=False)

    await engine.live.handle([build_hint(everything=True)])
    assert await engine.catch_up.run() == 1

    assert await world.read_statuses("app") == ["UNKNOWN"]


async def test_an_evaluation_of_everything_that_failed_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("app", recorded=False)
    engine.catch_up.ask_everything()

    async def fail(*_arguments: object) -> None:
        raise TransientLogError("away")

    with monkeypatch.context() as patch:
        patch.setattr(world.log, "append", fail)
        with pytest.raises(TransientLogError):
            await engine.catch_up.run()
    await engine.catch_up.run()

    assert await world.find_status("app") == "UNKNOWN"


async def test_a_table_that_fails_after_the_log_took_a_decision_is_written_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("app")

    async def fail(*_arguments: object) -> None:
        raise VerdictTableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(world.verdicts, "put_newer", fail)
        with pytest.raises(VerdictTableError):
            await engine.catch_up.run()
    assert await world.find_status("app") is None
    await engine.catch_up.run()

    assert await world.read_statuses("app") == ["UNKNOWN"]
    assert await world.find_status("app") == "UNKNOWN"


async def test_without_a_complete_graph_nothing_is_decided_and_messages_are_handed_back() -> None:
    world = await build_world()
    engine = await world.start()
    world_without_graph = await build_world(graph=InMemoryGraphStore())
    await world_without_graph.graph.drop_generation("g1")
    without = world_without_graph.build_engine()
    ticks = iter(range(0, 1000, 20))

    with pytest.raises(GraphRebuildingError):
        await without.catch_up.run()
    patient = LiveHandler(
        without.facts, _NeverAsked(), engine.follower.ask_everything, clock=lambda: float(next(ticks))
    )
    (outcome,) = await patient.handle([build_hint("app")])

    assert outcome.kind == "retry"
    with pytest.raises(GraphRebuildingError):
        await _without_generation()


async def _without_generation() -> None:
    world = await build_world()
    world.registry = InMemoryGenerationRegistry()
    await world.build_engine().catch_up.run()


class _NeverAsked:
    async def evaluate(self, *_arguments: object) -> int:
        raise AssertionError("evaluated without a graph")


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        "{}",
        '{"detail-type": "image.created", "detail": {}}',
        '{"detail-type": "graph.projected", "detail": {"stream_ids": 1}}',
    ],
)
async def test_a_message_that_cannot_be_read_is_buried_with_the_reason_and_the_rest_goes_on(
    body: str,
) -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("app")

    broken, good = await engine.live.handle([Message(id="1", body=body), build_hint("app")])

    assert broken.kind == "dead"
    assert broken.reason
    assert good.kind == "done"
    assert await world.find_status("app") == "UNKNOWN"
