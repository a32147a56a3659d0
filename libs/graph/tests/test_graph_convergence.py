import asyncio
import random
from collections.abc import Callable

from graph_builders import edge, facts, image, read_all, snapshot, write

from graph_store import ClosureWrite, Edge, GraphStore, StreamFacts, WriteOutcome, build_edge_id

WRITTEN, UNCHANGED, STALE = WriteOutcome.WRITTEN, WriteOutcome.UNCHANGED, WriteOutcome.STALE


async def test_an_edge_that_was_dropped_can_come_back(store: GraphStore, graph_generation: str) -> None:
    """TinkerTransactionGraph refuses ids of dropped elements that were read, so ids in the store are new."""
    backing = edge("BACKED_BY", image("1"), snapshot("1"))
    derived = edge("DERIVED_FROM", image("1"), image("0"))
    for round_number in range(6):
        kept = round_number % 2 == 0
        await write(
            store, graph_generation, facts(image("1"), round_number + 1, *([backing] if kept else []))
        )
        closure = ClosureWrite(image("1"), round_number, {}, (derived,) if kept else ())
        assert await store.write_closures(graph_generation, [closure]) == []
        found = await read_all(store, graph_generation)
        assert {backing.id, derived.id} & set(found) == ({backing.id, derived.id} if kept else set())


async def test_two_writers_paused_anywhere_converge(
    open_store: Callable[[], GraphStore], graph_generation: str
) -> None:
    """Writers with older and newer views, in any order: the newest facts and one closure per epoch remain."""
    shuffle = random.Random(11)
    stores = [open_store(), open_store()]
    newest = 6
    streams = [image(str(number)) for number in range(5)]

    def build(stream_id: str, count: int) -> StreamFacts:
        ends = [snapshot(str(number)) for number in range(count % 3 + 1)]
        return facts(stream_id, count, *(edge("BACKED_BY", stream_id, end, seen=str(count)) for end in ends))

    async def pause() -> None:
        await asyncio.sleep(shuffle.choice([0, 0, 0.001, 0.005]))

    closed = dict.fromkeys(streams, 0)

    async def work(store: GraphStore) -> None:
        for count in (*sorted(shuffle.sample(range(1, newest + 1), 4)), newest):
            for stream_id in shuffle.sample(streams, len(streams)):
                await pause()
                (result,) = await store.write_facts(graph_generation, [build(stream_id, count)])
                assert result.outcome is not STALE or count < newest
                epochs = await store.read_epochs(graph_generation, [stream_id])
                await pause()
                closure = ClosureWrite(
                    stream_id,
                    epochs[stream_id],
                    {"confidence": f"epoch-{epochs[stream_id]}"},
                    (edge("DERIVED_FROM", stream_id, image(f"p{epochs[stream_id] % 4}")),),
                )
                if not await store.write_closures(graph_generation, [closure]):
                    closed[stream_id] += 1

    await asyncio.gather(*(work(store) for store in stores for _ in range(2)))

    found = await read_all(stores[0], graph_generation)
    epochs = await stores[1].read_epochs(graph_generation, streams)
    assert epochs == closed, "each closure that won raised the epoch, and no other"
    for stream_id in streams:
        assert found[stream_id].properties["event_count"] == newest
        last = epochs[stream_id] - 1
        assert found[stream_id].properties["confidence"] == f"epoch-{last}"
        own = {
            one.id: one.properties.get("seen")
            for one in found.values()
            if isinstance(one, Edge) and one.source == stream_id
        }
        assert own == {
            build_edge_id("BACKED_BY", stream_id, snapshot("0")): str(newest),
            build_edge_id("DERIVED_FROM", stream_id, image(f"p{last % 4}")): None,
        }
