import random
from collections import defaultdict

import pytest
from graph_builders import derive, edge, image, instance, snapshot, vertex

from graph_store import Direction, GraphStore, PermanentGraphError


async def load_chain(store: GraphStore, generation: str, length: int) -> None:
    """ami-0 <- ami-1 <- ... <- ami-{length-1}."""
    await store.load(
        generation,
        [vertex(image(str(number))) for number in range(length)],
        [derive(str(number), str(number - 1)) for number in range(1, length)],
    )


async def test_a_lineage_holds_ancestors_and_descendants_with_their_distance(
    store: GraphStore, graph_generation: str
) -> None:
    await load_chain(store, graph_generation, 7)
    found = await store.lineage(graph_generation, image("3"), depth=2)
    assert found is not None
    assert [(node.vertex.id, node.depth, node.relation) for node in found.nodes] == [
        (image("3"), 0, "root"),
        (image("2"), 1, "ancestor"),
        (image("4"), 1, "descendant"),
        (image("1"), 2, "ancestor"),
        (image("5"), 2, "descendant"),
    ]
    assert {one.id for one in found.edges} == {derive(str(n), str(n - 1)).id for n in (2, 3, 4, 5)}
    assert found.edges[0].properties == {"method": "copy_image"}
    assert found.deeper
    assert not found.truncated

    whole = await store.lineage(graph_generation, image("3"), direction=Direction.ANCESTORS, depth=3)
    assert whole is not None
    assert [node.depth for node in whole.nodes] == [0, 1, 2, 3]
    assert not whole.deeper


async def test_a_lineage_of_nothing_is_none_and_of_a_lone_image_is_the_image(
    store: GraphStore, graph_generation: str
) -> None:
    await store.load(graph_generation, [vertex(image("1"))], [])
    assert await store.lineage(graph_generation, image("none")) is None
    found = await store.lineage(graph_generation, image("1"))
    assert found is not None
    assert [node.vertex for node in found.nodes] == [vertex(image("1"))]
    assert found.edges == ()


async def test_a_limit_keeps_the_nearest_and_says_that_more_exist(
    store: GraphStore, graph_generation: str
) -> None:
    wide = [derive(f"a{number}", "root") for number in range(9)]
    deep = [derive(f"b{number}", f"a{number}") for number in range(9)]
    await store.load(graph_generation, [], wide + deep)
    found = await store.lineage(graph_generation, image("root"), depth=5, limit=10)
    assert found is not None
    assert [node.depth for node in found.nodes] == [0] + [1] * 9
    assert found.truncated
    exact = await store.lineage(graph_generation, image("root"), depth=5, limit=19)
    assert exact is not None
    assert len(exact.nodes) == 19
    assert not exact.truncated


async def test_cycles_end_and_each_image_comes_once(store: GraphStore, graph_generation: str) -> None:
    ring = [derive(str(number), str((number + 1) % 5)) for number in range(5)]
    await store.load(graph_generation, [], [*ring, derive("1", "1")])
    found = await store.lineage(graph_generation, image("0"), depth=100)
    assert found is not None
    assert {node.vertex.id: node.depth for node in found.nodes} == {
        image("0"): 0,
        image("1"): 1,
        image("4"): 1,
        image("2"): 2,
        image("3"): 2,
    }
    assert len(found.edges) == 6


@pytest.mark.parametrize("seed", range(4))
async def test_distances_are_the_shortest_in_any_tangle(
    store: GraphStore, graph_generation: str, seed: int
) -> None:
    shuffle = random.Random(seed)
    edges = {(str(shuffle.randrange(24)), str(shuffle.randrange(24))) for _ in range(40)}
    await store.load(graph_generation, [vertex(image("0"))], [derive(*one) for one in edges])
    onward: dict[str, set[str]] = defaultdict(set)
    for source, target in edges:
        onward[source].add(target)
    distances, frontier = {"0": 0}, {"0"}
    for depth in range(1, 4):
        frontier = {end for start in frontier for end in onward[start]} - set(distances)
        distances |= dict.fromkeys(frontier, depth)

    found = await store.lineage(graph_generation, image("0"), direction=Direction.ANCESTORS, depth=3)

    assert found is not None
    assert {node.vertex.id: node.depth for node in found.nodes} == {
        image(name): depth for name, depth in distances.items()
    }
    further = {end for name in distances for end in onward[name]} - set(distances)
    assert found.deeper == bool(further)


async def test_instances_and_snapshots_come_with_their_images(
    store: GraphStore, graph_generation: str
) -> None:
    await load_chain(store, graph_generation, 3)
    tied = [
        edge("LAUNCHED_FROM", instance("1"), image("1")),
        edge("RUNS", instance("1"), image("2"), valid_from="t"),
        edge("RUNS", instance("2"), image("2")),
        edge("BACKED_BY", image("2"), snapshot("1"), device_name="/dev/sda1"),
        edge("SNAPSHOT_OF", image("2"), instance("9")),
    ]
    await store.load(graph_generation, [vertex(instance("1"), state="running")], tied)
    found = await store.lineage(graph_generation, image("0"), include=frozenset({"instances", "snapshots"}))
    assert found is not None
    assert [(node.vertex.id, node.depth, node.relation) for node in found.nodes[3:]] == [
        (instance("1"), 2, "instance"),
        (instance("2"), 3, "instance"),
        (snapshot("1"), 3, "snapshot"),
    ]
    assert found.nodes[3].vertex.properties["state"] == "running"
    assert {one.id for one in found.edges} >= {one.id for one in tied[:4]}
    assert tied[4].id not in {one.id for one in found.edges}

    few = await store.lineage(graph_generation, image("0"), limit=3, include=frozenset({"instances"}))
    assert few is not None
    assert not few.truncated
    fewer = await store.lineage(graph_generation, image("2"), limit=1, include=frozenset({"instances"}))
    assert fewer is not None
    assert fewer.truncated


async def test_impact_holds_instances_of_the_root_and_of_all_descendants(
    store: GraphStore, graph_generation: str
) -> None:
    await load_chain(store, graph_generation, 30)
    await store.load(
        graph_generation,
        [vertex(instance(str(n)), state="running" if n % 2 else "terminated") for n in range(30)],
        [edge("RUNS", instance(str(n)), image(str(n))) for n in range(30)]
        + [edge("LAUNCHED_FROM", instance("20"), image("1"))],
    )
    found = await store.find_impact(graph_generation, [image("10"), image("12"), image("none")])
    assert found.image_ids == {image(str(n)) for n in range(10, 30)}
    assert {one.id for one in found.instances} == {instance(str(n)) for n in range(10, 30)}
    assert {one.id for one in found.edges} == {
        edge("RUNS", instance(str(n)), image(str(n))).id for n in range(10, 30)
    }, "an edge to an image outside is no part of the answer"
    assert not found.truncated

    running = await store.find_impact(graph_generation, [image("10")], states=["running"], limit=10)
    assert len(running.instances) == 10
    assert not running.truncated
    page = await store.find_impact(graph_generation, [image("10")], states=["running"], limit=9)
    assert len(page.instances) == 9
    assert page.truncated
    nothing = await store.find_impact(graph_generation, [])
    assert nothing.instances == ()


@pytest.mark.parametrize(("depth", "limit"), [(0, 10), (101, 10), (5, 0), (5, 10**6)])
async def test_reads_without_a_sensible_bound_are_refused(
    store: GraphStore, graph_generation: str, depth: int, limit: int
) -> None:
    with pytest.raises(PermanentGraphError, match="1 to"):
        await store.lineage(graph_generation, image("1"), depth=depth, limit=limit)
    with pytest.raises(PermanentGraphError, match="1 to"):
        await store.find_impact(graph_generation, [image("1")], depth=depth, limit=limit)


async def test_neighbours_are_found_counted_and_cut(store: GraphStore, graph_generation: str) -> None:
    edges = [edge("RUNS", instance(f"{n:02}"), image(str(n % 2))) for n in range(20)]
    await store.load(graph_generation, [], [*edges, edge("LAUNCHED_FROM", instance("00"), image("0"))])
    images = [image("0"), image("1")]
    found = await store.find_neighbours(graph_generation, images, ["RUNS"], outgoing=False)
    assert {one.id for one in found.edges} == {one.id for one in edges}
    assert set(found.vertices) == {instance(f"{n:02}") for n in range(20)}
    assert not found.truncated
    cut = await store.find_neighbours(graph_generation, images, ["RUNS"], outgoing=False, limit=19)
    assert len(cut.edges) == 19
    assert cut.truncated
    both = await store.find_neighbours(
        graph_generation, [instance("00")], ["RUNS", "LAUNCHED_FROM"], outgoing=True
    )
    assert set(both.vertices) == {image("0")}
    assert len(both.edges) == 2
    assert await store.count_neighbours(graph_generation, images, ["RUNS"], outgoing=False) == 20
    assert await store.count_neighbours(graph_generation, [image("0")], ["RUNS"], outgoing=True) == 0
    assert await store.count_neighbours(graph_generation, [], ["RUNS"], outgoing=True) == 0


async def test_an_id_is_found_in_every_region_of_its_generation(
    store: GraphStore, graph_generation: str
) -> None:
    regions = [f"image/aws/{region}/ami-1" for region in ("eu-west-1", "us-east-1")]
    await store.load(graph_generation, [vertex(one) for one in regions], [])
    await store.load(f"{graph_generation}b", [vertex("image/aws/sa-east-1/ami-1")], [])
    found = await store.find_by_resource_id(graph_generation, "ami-1")
    assert [one.id for one in found] == regions
    assert await store.find_by_resource_id(graph_generation, "ami-") == ()
    await store.drop_generation(f"{graph_generation}b")
