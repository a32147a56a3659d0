import asyncio
import random
from collections.abc import Callable

import pytest
from graph_writer_events import event, event_sets, registered_chain, stream, wide_story
from graph_writer_world import (
    GENERATION,
    Hesitant,
    append,
    digest_of_graph,
    digest_of_log,
    log_of,
    no_pause,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.memory import InMemoryEventLog
from graph_store import InMemoryGraphStore
from graph_writer.application.projector import Projector


@given(event_sets, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_shuffled_duplicated_split_delivery_gives_the_digest_of_the_rebuild(
    events: list[EventEnvelope], chance: random.Random
) -> None:
    async def deliver() -> None:
        log, graph = InMemoryEventLog(), InMemoryGraphStore()
        projector = Projector(log, graph)
        delivered = events + chance.sample(events, len(events) // 2)
        chance.shuffle(delivered)
        while delivered:
            size = chance.randint(1, 4)
            batch, delivered = delivered[:size], delivered[size:]
            await append(log, batch)
            await projector.project(GENERATION, {one.stream_id for one in batch})
        assert await digest_of_graph(graph) == await digest_of_log(log)

    asyncio.run(deliver())


@given(event_sets, st.data())
@settings(max_examples=100, deadline=None)
def test_one_late_event_gives_the_graph_of_the_full_set(
    events: list[EventEnvelope], data: st.DataObject
) -> None:
    late = data.draw(st.sampled_from(events))

    async def deliver() -> None:
        log, graph = await log_of(one for one in events if one != late), InMemoryGraphStore()
        projector = Projector(log, graph)
        await projector.project(GENERATION, {one.stream_id for one in events})
        await append(log, [late])
        await projector.project(GENERATION, {late.stream_id})
        assert await digest_of_graph(graph) == await digest_of_log(log)

    asyncio.run(deliver())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("story", "rounds"), [(registered_chain, 150), (wide_story, 30)])
def test_writers_paused_at_any_await_converge(
    seed: int, story: Callable[[], list[EventEnvelope]], rounds: int
) -> None:
    """Each event is delivered once, so that no later delivery mends what an interleaving broke."""
    chance = random.Random(seed)

    async def deliver(events: list[EventEnvelope]) -> None:
        log, graph = InMemoryEventLog(), InMemoryGraphStore()
        queue = chance.sample(events, len(events))

        async def write() -> None:
            projector = Projector(Hesitant(log, chance), Hesitant(graph, chance), pause=no_pause)
            while queue:
                batch = [queue.pop() for _ in range(min(len(queue), chance.randint(1, 2)))]
                await append(log, batch)
                await projector.project(GENERATION, {one.stream_id for one in batch})

        await asyncio.gather(write(), write(), write())
        assert await digest_of_graph(graph) == await digest_of_log(log)

    for _ in range(rounds):
        asyncio.run(deliver(story()))


@given(event_sets, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_two_writers_of_any_events_converge(events: list[EventEnvelope], chance: random.Random) -> None:
    async def deliver() -> None:
        log, graph = InMemoryEventLog(), InMemoryGraphStore()
        queue = list(events)

        async def write() -> None:
            projector = Projector(Hesitant(log, chance), Hesitant(graph, chance), pause=no_pause)
            while queue:
                one = queue.pop()
                await append(log, [one])
                await projector.project(GENERATION, {one.stream_id})

        await asyncio.gather(write(), write())
        assert await digest_of_graph(graph) == await digest_of_log(log)

    asyncio.run(deliver())


async def test_a_projection_names_what_changed_and_what_was_closed_again() -> None:
    log, graph = await log_of(registered_chain()), InMemoryGraphStore()
    projector = Projector(log, graph)
    await projector.project(GENERATION, {one.stream_id for one in registered_chain()})

    await append(log, [event(stream("snapshot", 1), "snapshot.tagged", 70, tags={"a": "b"})])
    projected = await projector.project(GENERATION, {stream("snapshot", 1)})

    assert projected.stream_ids == {stream("snapshot", 1)}
    assert stream("image", 2) in projected.closed
    assert projected.changed == projected.stream_ids | projected.closed


async def test_the_lineage_of_a_registered_image_reaches_the_image_of_its_instance() -> None:
    log, graph = await log_of(registered_chain()), InMemoryGraphStore()
    projector = Projector(log, graph)

    for one in reversed(registered_chain()):
        await projector.project(GENERATION, {one.stream_id})

    found = await graph.lineage(GENERATION, stream("image", 3))
    assert found is not None
    assert {(edge.source, edge.target) for edge in found.edges} == {
        (stream("image", 3), stream("image", 2)),
        (stream("image", 2), stream("image", 1)),
    }


async def test_each_kind_of_join_is_closed_whichever_side_comes_last() -> None:
    for seed in range(20):
        log, graph = InMemoryEventLog(), InMemoryGraphStore()
        projector = Projector(log, graph)
        for one in random.Random(seed).sample(wide_story(), len(wide_story())):
            await append(log, [one])
            await projector.project(GENERATION, {one.stream_id})
        images = [stream("image", number) for number in (3, 4, 7)]
        derived = await graph.find_neighbours(GENERATION, images, ["DERIVED_FROM"], outgoing=True)
        found = {(e.source[-1], e.target[-1], e.properties["confidence"]) for e in derived.edges}
        assert found == {
            ("3", "2", "reconstructed"),
            ("3", "7", "native"),
            ("4", "2", "inferred"),
            ("7", "8", "native"),
        }
        group = stream("auto-scaling-group", 1)
        launches = await graph.find_neighbours(GENERATION, [group], ["WOULD_LAUNCH"], outgoing=True)
        assert [edge.target for edge in launches.edges] == [stream("image", 1)]
        vertices = await graph.find_vertices(GENERATION, [*images, group])
        assert vertices[stream("image", 7)].properties["placeholder"] is True
        (marked,) = (await graph.find_vertices(GENERATION, [stream("image", 5)])).values()
        assert marked.properties["divergent"] is True
        (root,) = (await graph.find_vertices(GENERATION, [stream("image", 8)])).values()
        assert root.properties["terminal_reason"] == "public_root"
        assert "launches_unknown" not in vertices[group].properties


async def test_a_stream_that_the_log_does_not_know_changes_nothing() -> None:
    log, graph = await log_of(registered_chain()), InMemoryGraphStore()

    projected = await Projector(log, graph).project(GENERATION, {stream("image", 99)})

    assert projected.changed == frozenset()
    assert (await digest_of_graph(graph)).vertices == 0


async def test_streams_without_a_vertex_are_ignored() -> None:
    gap = event("coverage/111111111111/us-east-1", "coverage.gap_detected", 1, capture="live", reason="x")
    log, graph = await log_of([gap]), InMemoryGraphStore()

    projected = await Projector(log, graph).project(GENERATION, {gap.stream_id, "image/odd"})

    assert projected.changed == frozenset()
