from graph_builders import edge, facts, image, instance, snapshot, volume, write

from graph_store import GraphStore


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
