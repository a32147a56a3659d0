from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from graph_store import Edge, GraphDigest, GraphStore, StreamFacts, Vertex, build_edge_id, digest
from graph_store.digest import BUCKETS, find_bucket

A, B, C = (f"image/aws/us-east-1/ami-{name}" for name in "abc")
VERTICES = [
    Vertex(A, "Image", {"name": "a", "public": False, "placeholder": False}),
    Vertex(B, "Image", {"placeholder": True}),
]
EDGES = [
    Edge(build_edge_id("DERIVED_FROM", A, B), "DERIVED_FROM", A, B, {"method": "copy_image"}),
    Edge(build_edge_id("COPIED_FROM", A, B), "COPIED_FROM", A, B, {}),
]
ELEMENTS: list[Vertex | Edge] = [*VERTICES, *EDGES]


async def stream(elements: Iterable[Vertex | Edge]) -> AsyncIterator[Vertex | Edge]:
    for element in elements:
        yield element


async def build(elements: Iterable[Vertex | Edge]) -> GraphDigest:
    return await digest(stream(elements))


@given(st.permutations(ELEMENTS))
async def test_order_does_not_matter(elements: list[Vertex | Edge]) -> None:
    assert await build(elements) == await build(ELEMENTS)


async def test_it_counts_what_it_covers() -> None:
    found = await build(ELEMENTS)
    assert (found.vertices, found.edges, len(found.buckets)) == (2, 2, BUCKETS)


changes = st.one_of(
    st.builds(
        lambda key, value: ("property", key, value),
        st.text(max_size=3),
        st.text(max_size=3) | st.integers(0, 3) | st.booleans(),
    ),
    st.just(("label", "", "")),
)


@given(st.integers(0, 3), changes)
async def test_any_change_of_an_element_changes_it_and_its_bucket_alone(
    position: int, change: tuple[str, str, str | int | bool]
) -> None:
    kind, key, value = change
    before = ELEMENTS[position]
    if kind == "label":
        after: Vertex | Edge = replace(before, label="Other")
    else:
        after = replace(before, properties={**before.properties, key: value})
    changed = [after if one is before else one for one in ELEMENTS]
    same = [*before.properties.items()] == [*after.properties.items()] and all(
        type(one) is type(two)
        for one, two in zip(before.properties.values(), after.properties.values(), strict=False)
    )
    first, second = await build(ELEMENTS), await build(changed)
    if same and kind == "property":
        assert first == second
    else:
        assert first.digest != second.digest
        assert first.find_differing_buckets(second) == (find_bucket(before.id),)


async def test_a_missing_and_a_doubled_element_change_it() -> None:
    whole = await build(ELEMENTS)
    for position in range(len(ELEMENTS)):
        assert (await build(ELEMENTS[:position] + ELEMENTS[position + 1 :])).digest != whole.digest
        assert (await build([*ELEMENTS, ELEMENTS[position]])).digest != whole.digest


async def test_an_edge_that_turns_around_changes_it() -> None:
    turned = replace(EDGES[0], source=B, target=A)
    assert (await build([*VERTICES, turned, EDGES[1]])).digest != (await build(ELEMENTS)).digest


async def test_a_placeholder_counts_only_while_an_edge_touches_it() -> None:
    lone = Vertex(C, "Image", {"placeholder": True})
    assert await build([*ELEMENTS, lone]) == await build(ELEMENTS)
    assert (await build(VERTICES)).vertices == 1


async def test_it_is_equal_however_the_graph_came_to_be(store: GraphStore, graph_generation: str) -> None:
    other = f"{graph_generation}b"
    copied = Edge(build_edge_id("COPIED_FROM", A, B), "COPIED_FROM", A, B, {})
    wrong = Edge(build_edge_id("COPIED_FROM", A, C), "COPIED_FROM", A, C, {})
    for count, edges in enumerate([(wrong,), (), (copied,)], start=1):
        await store.write_facts(
            graph_generation, [StreamFacts(Vertex(A, "Image", {"name": "a"}), edges, count, "h")]
        )
    loaded = Vertex(A, "Image", {"name": "a", "placeholder": False, "event_count": 3, "event_hash": "h"})
    await store.load(other, [loaded], [replace(copied, properties={"owner": A})])
    live = await digest(store.elements(graph_generation))
    assert live == await digest(store.elements(other))
    assert (live.vertices, live.edges) == (2, 1)
    await store.drop_generation(other)
