import pytest
from graph_builders import edge, facts, image, read_all, write

from graph_store import ClosureWrite, Edge, GraphStore, InvalidElementError, build_edge_id


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
