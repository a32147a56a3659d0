import pytest
from graph_builders import derive, edge, image, instance, snapshot, vertex

from graph_store import GraphNotReadyError, GraphStore, SearchCursor, SearchFilters

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
    ids=lambda value: "found" if callable(value) else str(value),
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
