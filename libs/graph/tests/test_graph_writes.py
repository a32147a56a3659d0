import asyncio
import random
from collections.abc import Callable

import pytest

from graph_store import (
    ClosureWrite,
    Edge,
    GraphStore,
    InvalidElementError,
    Marker,
    StreamFacts,
    Vertex,
    WriteOutcome,
    build_edge_id,
)

WRITTEN, UNCHANGED, STALE = WriteOutcome.WRITTEN, WriteOutcome.UNCHANGED, WriteOutcome.STALE


def image(name: str) -> str:
    return f"image/aws/us-east-1/ami-{name}"


def snapshot(name: str) -> str:
    return f"snapshot/aws/us-east-1/snap-{name}"


def volume(name: str) -> str:
    return f"volume/aws/us-east-1/vol-{name}"


def instance(name: str) -> str:
    return f"instance/aws/us-east-1/i-{name}"


def edge(label: str, source: str, target: str, mark: str | None = None, **properties: str) -> Edge:
    return Edge(build_edge_id(label, source, target, mark), label, source, target, properties)


def facts(
    stream_id: str, count: int, *edges: Edge, event_hash: str | None = None, **properties: str
) -> StreamFacts:
    label = stream_id.partition("/")[0].capitalize()
    return StreamFacts(Vertex(stream_id, label, properties), edges, count, event_hash or f"hash-{count}")


async def read_all(store: GraphStore, generation: str) -> dict[str, Vertex | Edge]:
    found: dict[str, Vertex | Edge] = {}
    async for element in store.elements(generation):
        assert element.id not in found, "an element came twice"
        found[element.id] = element
    return found


async def write(store: GraphStore, generation: str, *given: StreamFacts) -> list[WriteOutcome]:
    return [one.outcome for one in await store.write_facts(generation, given)]


async def test_facts_are_read_back_as_they_were_written(store: GraphStore, graph_generation: str) -> None:
    backing = edge("BACKED_BY", image("1"), snapshot("1"), device_name="/dev/xvda")
    given = StreamFacts(
        Vertex(image("1"), "Image", {"name": "ünï|'\"", "public": True, "size": 2**40, "ratio": 0.5}),
        (backing,),
        2,
        "ff",
    )
    assert await write(store, graph_generation, given) == [WRITTEN]

    found = await read_all(store, graph_generation)

    assert found[image("1")].properties == {
        "name": "ünï|'\"",
        "public": True,
        "size": 2**40,
        "ratio": 0.5,
        "placeholder": False,
        "event_count": 2,
        "event_hash": "ff",
    }
    assert found[backing.id] == Edge(
        backing.id, "BACKED_BY", image("1"), snapshot("1"), {"device_name": "/dev/xvda", "owner": image("1")}
    )
    assert found[snapshot("1")] == Vertex(
        snapshot("1"),
        "Snapshot",
        {
            "placeholder": True,
            "event_count": 0,
            "event_hash": "",
            "kind": "snapshot",
            "resource_id": "snap-1",
            "partition": "aws",
            "region": "us-east-1",
        },
    )
    assert len(found) == 3


async def test_only_a_newer_set_of_events_is_written(store: GraphStore, graph_generation: str) -> None:
    assert await write(store, graph_generation, facts(image("1"), 2, name="two")) == [WRITTEN]
    assert await write(
        store,
        graph_generation,
        facts(image("1"), 2, name="again"),
        facts(image("2"), 1),
    ) == [UNCHANGED, WRITTEN]
    assert await write(store, graph_generation, facts(image("1"), 2, event_hash="other")) == [STALE]
    assert await write(store, graph_generation, facts(image("1"), 1)) == [STALE]
    found = await store.find_vertices(graph_generation, [image("1")])
    assert found[image("1")].properties["name"] == "two"

    assert await write(store, graph_generation, facts(image("1"), 3, state="available")) == [WRITTEN]
    found = await store.find_vertices(graph_generation, [image("1")])
    assert found[image("1")].properties == {
        "state": "available",
        "placeholder": False,
        "event_count": 3,
        "event_hash": "hash-3",
    }


async def test_a_placeholder_becomes_the_real_thing_and_never_the_other_way(
    store: GraphStore, graph_generation: str
) -> None:
    copied = edge("COPIED_FROM", image("2"), image("1"))
    await write(store, graph_generation, facts(image("2"), 1, copied))
    assert await write(store, graph_generation, facts(image("1"), 1, name="real")) == [WRITTEN]
    await write(store, graph_generation, facts(image("2"), 2, copied))

    found = await store.find_vertices(graph_generation, [image("1"), image("nowhere")])
    assert list(found) == [image("1")]
    assert found[image("1")].properties["placeholder"] is False
    assert found[image("1")].properties["name"] == "real"
    assert "kind" not in found[image("1")].properties, "what the facts do not say is gone"


async def test_owned_edges_follow_their_owner_and_foreign_edges_stay(
    store: GraphStore, graph_generation: str
) -> None:
    own = edge("ATTACHED_TO", volume("1"), instance("1"), "of-instance", device_name="/dev/sda1")
    foreign = edge("ATTACHED_TO", volume("1"), instance("1"), "of-volume")
    launched = edge("LAUNCHED_FROM", instance("1"), image("1"), method="run")
    await write(
        store,
        graph_generation,
        facts(instance("1"), 1, own, launched),
        facts(volume("1"), 1, foreign),
    )
    changed = edge("LAUNCHED_FROM", instance("1"), image("1"), occurred_at="2026-01-01T00:00:00Z")
    await write(store, graph_generation, facts(instance("1"), 2, changed))

    found = await read_all(store, graph_generation)
    assert own.id not in found
    assert found[foreign.id].properties == {"owner": volume("1")}
    assert found[changed.id].properties == {"occurred_at": "2026-01-01T00:00:00Z", "owner": instance("1")}


async def test_facts_leave_the_closure_alone_and_the_closure_leaves_the_facts_alone(
    store: GraphStore, graph_generation: str
) -> None:
    await write(store, graph_generation, facts(image("2"), 1, edge("COPIED_FROM", image("2"), image("1"))))
    derived = edge("DERIVED_FROM", image("2"), image("1"), method="copy_image")
    closure = ClosureWrite(image("2"), 0, {"confidence": "recorded"}, (derived,))
    assert await store.write_closures(graph_generation, [closure]) == []
    await write(store, graph_generation, facts(image("2"), 2, name="new"))

    found = await read_all(store, graph_generation)
    assert found[derived.id].properties == {"method": "copy_image"}
    assert found[image("2")].properties["confidence"] == "recorded"
    assert found[image("2")].properties["name"] == "new"
    assert build_edge_id("COPIED_FROM", image("2"), image("1")) not in found

    ended = ClosureWrite(image("2"), 1, {"terminal_reason": "missing_event"}, ())
    assert await store.write_closures(graph_generation, [ended]) == []
    found = await read_all(store, graph_generation)
    assert derived.id not in found
    assert "confidence" not in found[image("2")].properties
    assert found[image("2")].properties["terminal_reason"] == "missing_event"
    assert found[image("2")].properties["name"] == "new"


async def test_a_closure_replaces_its_edges_and_their_properties(
    store: GraphStore, graph_generation: str
) -> None:
    await write(store, graph_generation, facts(image("3"), 1))
    first = (
        edge("DERIVED_FROM", image("3"), image("1"), valid_to="x"),
        edge("DERIVED_FROM", image("3"), image("2")),
    )
    second = (edge("DERIVED_FROM", image("3"), image("1"), valid_from="y"),)
    await store.write_closures(graph_generation, [ClosureWrite(image("3"), 0, {}, first)])
    await store.write_closures(graph_generation, [ClosureWrite(image("3"), 1, {}, second)])
    found = await read_all(store, graph_generation)
    assert {one.id: one.properties for one in found.values() if isinstance(one, Edge)} == {
        second[0].id: {"valid_from": "y"}
    }


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


async def test_a_closure_whose_epoch_has_passed_loses(store: GraphStore, graph_generation: str) -> None:
    await write(store, graph_generation, *(facts(image(name), 1) for name in "abc"))
    assert await store.read_epochs(graph_generation, [image("a"), image("b"), image("none")]) == {
        image("a"): 0,
        image("b"): 0,
    }
    assert await store.write_closures(graph_generation, [ClosureWrite(image("b"), 0, {}, ())]) == []
    late = [
        ClosureWrite(
            image(name), 0, {"confidence": "recorded"}, (edge("DERIVED_FROM", image(name), image("x")),)
        )
        for name in ("c", "b", "a", "none")
    ]
    assert await store.write_closures(graph_generation, late) == [image("b"), image("none")]
    assert await store.read_epochs(graph_generation, [image("a"), image("b")]) == {
        image("a"): 1,
        image("b"): 1,
    }
    found = await read_all(store, graph_generation)
    assert "confidence" not in found[image("b")].properties
    assert image("none") not in found


@pytest.mark.parametrize(
    "wrong",
    [
        facts(image("1"), 1, edge("DERIVED_FROM", image("1"), image("2"))),
        facts(image("1"), 1, edge("COPIED_FROM", image("2"), image("3"))),
        facts(image("1"), 1, edge("LAUNCHED_FROM", instance("2"), image("1"))),
        facts(image("1"), 0),
        facts(image("1"), 1, Edge("ami-1", "COPIED_FROM", image("1"), image("2"))),
        facts(image("1"), 1, edge("COPIED_FROM", image("1"), "image/a|b")),
    ],
    ids=["derived", "foreign", "into itself", "no events", "other id", "bar in id"],
)
async def test_facts_that_no_guard_could_keep_are_refused(
    store: GraphStore, graph_generation: str, wrong: StreamFacts
) -> None:
    with pytest.raises(InvalidElementError, match="ami-1"):
        await store.write_facts(graph_generation, [facts(image("0"), 1), wrong])
    assert await read_all(store, graph_generation) == {}


async def test_a_closure_that_says_more_than_a_closure_may_is_refused(
    store: GraphStore, graph_generation: str
) -> None:
    for wrong in (
        ClosureWrite(image("1"), 0, {"name": "x"}, ()),
        ClosureWrite(image("1"), 0, {}, (edge("COPIED_FROM", image("1"), image("2")),)),
        ClosureWrite(image("1"), 0, {}, (edge("DERIVED_FROM", image("2"), image("1")),)),
    ):
        with pytest.raises(InvalidElementError):
            await store.write_closures(graph_generation, [wrong])


async def test_dependents_are_what_a_closure_may_rest_on(store: GraphStore, graph_generation: str) -> None:
    await write(
        store,
        graph_generation,
        facts(instance("base"), 1, edge("LAUNCHED_FROM", instance("base"), image("golden"))),
        facts(volume("root"), 1, edge("ROOT_OF", volume("root"), instance("base"))),
        facts(snapshot("s"), 1, edge("SNAPSHOT_OF", snapshot("s"), volume("root"))),
        facts(snapshot("copy"), 1, edge("COPIED_FROM", snapshot("copy"), snapshot("s"))),
        facts(volume("restored"), 1, edge("RESTORED_FROM", volume("restored"), snapshot("copy"))),
        facts(instance("worker"), 1, edge("ATTACHED_TO", volume("restored"), instance("worker"))),
        facts(image("registered"), 1, edge("BACKED_BY", image("registered"), snapshot("copy"))),
        facts(image("sibling"), 1, edge("BACKED_BY", image("sibling"), snapshot("copy"))),
        facts(image("created"), 1, edge("SNAPSHOT_OF", image("created"), instance("base"))),
        facts(instance("alone"), 1, edge("LAUNCHED_FROM", instance("alone"), image("registered"))),
    )

    async def find(*streams: str) -> set[str]:
        return set(await store.find_dependents(graph_generation, streams))

    below_snapshot = {image("registered"), image("sibling"), instance("worker")}
    assert await find(snapshot("s")) == below_snapshot
    assert await find(instance("base")) == below_snapshot | {instance("base"), image("created")}
    assert await find(volume("root")) == below_snapshot | {instance("base"), image("created")}
    assert await find(image("sibling")) == below_snapshot
    assert await find(image("golden")) == {image("golden")}
    assert await find(instance("alone"), "volume/aws/us-east-1/vol-nowhere") == {instance("alone")}
    assert await find() == set()


async def test_dependents_are_found_through_cycles(store: GraphStore, graph_generation: str) -> None:
    ring = [snapshot(str(number)) for number in range(12)]
    await write(
        store,
        graph_generation,
        *(facts(one, 1, edge("COPIED_FROM", one, ring[i - 1])) for i, one in enumerate(ring)),
        facts(image("1"), 1, edge("BACKED_BY", image("1"), ring[5])),
    )
    assert await store.find_dependents(graph_generation, [ring[6]]) == {image("1")}


async def test_a_bulk_load_gives_the_graph_that_guarded_writes_give(
    store: GraphStore, graph_generation: str
) -> None:
    other = f"{graph_generation}b"
    shuffle = random.Random(3)
    names = [str(number) for number in range(40)]
    vertices, edges = [], []
    for name in names:
        extra = {key: key * 2 for key in "pqrs" if shuffle.random() < 0.5}
        made = edge("BACKED_BY", image(name), snapshot(str(shuffle.randrange(20))), **extra)
        one = facts(image(name), 1, made, **extra)
        await write(store, graph_generation, one)
        derived = edge("DERIVED_FROM", image(name), image(str(shuffle.randrange(60))))
        await store.write_closures(
            graph_generation, [ClosureWrite(image(name), 0, {"confidence": "recorded"}, (derived,))]
        )
        vertices.append(
            Vertex(
                image(name),
                "Image",
                {
                    **extra,
                    "placeholder": False,
                    "event_count": 1,
                    "event_hash": "hash-1",
                    "confidence": "recorded",
                },
            )
        )
        edges += [
            Edge(made.id, made.label, made.source, made.target, {**extra, "owner": image(name)}),
            derived,
        ]
    shuffle.shuffle(vertices)
    shuffle.shuffle(edges)
    for _ in range(2):
        await store.load(other, vertices[:15], edges[:30])
        await store.load(other, vertices[15:], edges[30:])

    assert await read_all(store, other) == await read_all(store, graph_generation)
    assert await write(store, other, facts(image("0"), 2, name="live")) == [WRITTEN]
    assert await store.write_closures(other, [ClosureWrite(image("0"), 0, {}, ())]) == []
    await store.drop_generation(other)
    assert await read_all(store, other) == {}
    assert len(await read_all(store, graph_generation)) > 100


async def test_the_marker_is_kept_replaced_and_dropped_with_its_generation(
    store: GraphStore, graph_generation: str
) -> None:
    assert await store.find_marker(graph_generation) is None
    for checkpoint in ("", "2026-11-24T12:00:00.000000Z"):
        marker = Marker(graph_generation, checkpoint, 3)
        await store.set_marker(marker)
        assert await store.find_marker(graph_generation) == marker
        assert await store.get_marker(graph_generation) == marker
    assert await store.find_marker(f"{graph_generation}x") is None
    assert await read_all(store, graph_generation) == {}, "the marker is no element"
    await write(store, graph_generation, facts(image("1"), 1))
    await store.drop_generation(graph_generation)
    await store.drop_generation(graph_generation)
    assert await store.find_marker(graph_generation) is None
    assert await read_all(store, graph_generation) == {}


async def test_generations_do_not_see_each_other(store: GraphStore, graph_generation: str) -> None:
    other = f"{graph_generation}b"
    await write(store, graph_generation, facts(image("1"), 1, name="one"))
    await write(store, other, facts(image("1"), 5, name="two"))
    await store.drop_generation(other)
    assert (await store.find_vertices(graph_generation, [image("1")]))[image("1")].properties["name"] == "one"


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
