import random

from graph_builders import edge, facts, image, read_all, snapshot, write

from graph_store import ClosureWrite, Edge, GraphStore, Marker, Vertex, WriteOutcome

WRITTEN, UNCHANGED, STALE = WriteOutcome.WRITTEN, WriteOutcome.UNCHANGED, WriteOutcome.STALE


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
