import random
from collections import defaultdict

import pytest

from graph_store import (
    Direction,
    Edge,
    GraphNotReadyError,
    GraphStore,
    PermanentGraphError,
    SearchCursor,
    SearchFilters,
    Vertex,
    build_edge_id,
)


def image(name: str) -> str:
    return f"image/aws/us-east-1/ami-{name}"


def instance(name: str) -> str:
    return f"instance/aws/us-east-1/i-{name}"


def snapshot(name: str) -> str:
    return f"snapshot/aws/us-east-1/snap-{name}"


def vertex(stream_id: str, **properties: str | bool) -> Vertex:
    kind, *_, resource_id = stream_id.split("/")
    return Vertex(
        stream_id,
        kind.capitalize(),
        {
            "kind": kind,
            "resource_id": resource_id,
            "event_count": 1,
            "event_hash": "h",
            "placeholder": False,
            **properties,
        },
    )


def edge(label: str, source: str, target: str, **properties: str) -> Edge:
    return Edge(build_edge_id(label, source, target), label, source, target, properties)


def derive(source: str, target: str) -> Edge:
    return edge("DERIVED_FROM", image(source), image(target), method="copy_image")


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


IMAGES = [
    vertex(
        image(f"{number:03}"),
        account_id=f"{number % 3}" * 12,
        region="us-east-1",
        name=["golden-web-v1", "golden-db-v1", "test[1]", "100%_web"][number % 4],
        tags=['{"Team":"web","é":"x"}', '{"Team":"db"}', "{}"][number % 3],
        **({"created_at": f"2026-01-{number % 9 + 1:02}T00:00:00Z"} if number % 5 else {}),
        **({"state": "available"} if number % 2 else {}),
        **(
            {"confidence": "recorded", "method": "copy_image"}
            if number % 7
            else {"terminal_reason": "missing_event"}
        ),
        public=number % 6 == 0,
        created_by="arn:aws:iam::1:role/build" if number % 8 == 0 else "arn:aws:iam::1:role/other",
    )
    for number in range(60)
]


async def search_all(store: GraphStore, generation: str, filters: SearchFilters, limit: int) -> list[str]:
    found: list[str] = []
    after: SearchCursor | None = None
    while True:
        page = await store.search(generation, filters, limit, after)
        assert len(page.vertices) <= limit
        found += [one.id for one in page.vertices]
        if page.after is None:
            return found
        assert len(page.vertices) == limit
        after = page.after


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, lambda _: True),
        ({"resource_id": "ami-007"}, lambda n: n == 7),
        ({"resource_id": "ami-00*"}, lambda n: n < 10),
        ({"name": "golden-*"}, lambda n: n % 4 < 2),
        ({"name": "*web*"}, lambda n: n % 4 in {0, 3}),
        ({"name": "golden-??-v1"}, lambda n: n % 4 == 1),
        ({"name": "*-v1"}, lambda n: n % 4 < 2),
        ({"name": "test[1]"}, lambda n: n % 4 == 2),
        ({"name": "100%_*"}, lambda n: n % 4 == 3),
        ({"account_id": "111111111111"}, lambda n: n % 3 == 1),
        ({"region": "eu-west-1"}, lambda _: False),
        ({"state": "available"}, lambda n: n % 2 == 1),
        ({"state": "unknown"}, lambda n: n % 2 == 0),
        ({"confidence": "unknown"}, lambda n: n % 7 == 0),
        ({"method": "copy_image", "state": "available"}, lambda n: n % 7 and n % 2),
        ({"terminal_reason": "missing_event"}, lambda n: n % 7 == 0),
        ({"tags": {"Team": "web"}}, lambda n: n % 3 == 0),
        ({"tags": {"Team": None}}, lambda n: n % 3 < 2),
        ({"tags": {"é": "x"}}, lambda n: n % 3 == 0),
        ({"tags": {"web": None}}, lambda _: False),
        ({"public": True}, lambda n: n % 6 == 0),
        ({"created_by": "arn:aws:iam::1:role/build"}, lambda n: n % 8 == 0),
        ({"created_from": "2026-01-03", "created_before": "2026-01-05"}, lambda n: n % 5 and n % 9 in {2, 3}),
        ({"created_before": "2026-01-02"}, lambda n: n % 5 and n % 9 == 0),
    ],
    ids=str,
)
async def test_a_search_finds_exactly_what_matches(
    store: GraphStore, graph_generation: str, filters: dict[str, object], expected: object
) -> None:
    await store.load(graph_generation, [*IMAGES, vertex(instance("1"), name="golden-web-v1")], [])
    found = await search_all(store, graph_generation, SearchFilters.model_validate(filters), 11)
    assert callable(expected)
    assert sorted(found) == [one.id for number, one in enumerate(IMAGES) if expected(number)]


@pytest.mark.parametrize("limit", [1, 7, 60, 100])
async def test_pages_are_sorted_by_age_and_never_overlap(
    store: GraphStore, graph_generation: str, limit: int
) -> None:
    await store.load(graph_generation, IMAGES, [])
    found = await search_all(store, graph_generation, SearchFilters(), limit)
    by_id = {one.id: str(one.properties.get("created_at", "")) for one in IMAGES}
    expected = sorted(by_id)
    expected.sort(key=lambda one: by_id[one], reverse=True)
    assert found == expected


async def test_a_placeholder_is_found_as_unknown(store: GraphStore, graph_generation: str) -> None:
    await store.load(
        graph_generation, [vertex(image("1"), created_at="2026-01-01T00:00:00Z")], [derive("1", "0")]
    )
    page = await store.search(graph_generation, SearchFilters(state="unknown"), 5)
    assert [one.id for one in page.vertices] == [image("1"), image("0")]
    assert page.vertices[1].properties["placeholder"] is True


async def test_counts_say_what_is_known_and_what_is_not(store: GraphStore, graph_generation: str) -> None:
    await store.load(
        graph_generation,
        [
            *IMAGES,
            vertex(instance("1"), state="running"),
            vertex(instance("2"), state="running"),
            vertex(instance("3")),
        ],
        [edge("BACKED_BY", image("000"), snapshot("1"))],
    )
    counts = await store.count(graph_generation)
    assert counts.images == 60
    assert counts.instances == 3
    assert counts.images_by_state == {"available": 30, "unknown": 30}
    assert counts.images_by_account == {str(number) * 12: 20 for number in range(3)}
    assert counts.images_by_region == {"us-east-1": 60}
    assert counts.images_by_confidence == {"recorded": 51, "unknown": 9}
    assert counts.images_by_method == {"copy_image": 51, "unknown": 9}
    assert counts.images_by_terminal_reason == {"missing_event": 9, "unknown": 51}
    assert counts.instances_by_state == {"running": 2, "unknown": 1}
    assert counts.unknown_parents == 9
    assert await store.count_labels(graph_generation) == {"Image": 60, "Instance": 3, "Snapshot": 1}
    assert await store.count_labels(f"{graph_generation}x") == {}


async def test_a_scan_brings_each_vertex_of_a_label_once(store: GraphStore, graph_generation: str) -> None:
    await store.load(graph_generation, [*IMAGES, vertex(instance("1"))], [])
    found = [one async for one in store.scan(graph_generation, "Image")]
    assert sorted(found, key=lambda one: one.id) == IMAGES


async def test_a_generation_without_a_marker_is_not_ready(store: GraphStore, graph_generation: str) -> None:
    await store.load(graph_generation, IMAGES, [])
    with pytest.raises(GraphNotReadyError, match=graph_generation):
        await store.get_marker(graph_generation)
