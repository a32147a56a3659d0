import pytest
from graph_builders import edge, facts, image, instance, read_all, snapshot, volume, write

from graph_store import Edge, GraphStore, InvalidElementError, StreamFacts, Vertex, WriteOutcome

WRITTEN, UNCHANGED, STALE = WriteOutcome.WRITTEN, WriteOutcome.UNCHANGED, WriteOutcome.STALE


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
