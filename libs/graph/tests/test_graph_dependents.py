from graph_builders import (
    derive,
    edge,
    facts,
    image,
    instance,
    named,
    read_all,
    snapshot,
    template,
    volume,
    write,
)

from graph_store import ClosureWrite, GraphStore


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


async def test_groups_depend_on_templates_parameters_configurations_and_names(
    store: GraphStore, graph_generation: str
) -> None:
    by_id, by_name, by_configuration = (named("auto-scaling-group", one) for one in ("id", "name", "conf"))
    name, parameter = named("launch-template-name", "base"), named("parameter", "golden")
    configuration = named("launch-configuration", "conf")
    await write(
        store,
        graph_generation,
        facts(
            template("1"),
            1,
            edge("REFERENCES", template("1"), parameter),
            edge("SPEAKS_OF", template("1"), name),
        ),
        facts(parameter, 1, edge("REFERENCES", parameter, image("golden"))),
        facts(configuration, 1, edge("REFERENCES", configuration, image("golden"))),
        facts(by_id, 1, edge("REFERENCES", by_id, template("1"))),
        facts(by_name, 1, edge("NAMES", by_name, name)),
        facts(by_configuration, 1, edge("REFERENCES", by_configuration, configuration)),
        facts(image("golden"), 1),
    )

    async def find(*streams: str) -> set[str]:
        return set(await store.find_dependents(graph_generation, streams))

    assert await find(template("1")) == {by_id, by_name}
    assert await find(parameter) == {by_id, by_name}
    assert await find(configuration) == {by_configuration}
    assert await find(by_name) == {by_name}
    assert await find(image("golden")) == {image("golden")}, "a closure of a group reads no image"


async def test_images_depend_on_stored_objects_imports_and_what_names_them(
    store: GraphStore, graph_generation: str
) -> None:
    stored, task = "stored-object/aws/vault/ami-1.bin", "import-task/aws/us-east-1/import-ami-1"
    await write(
        store,
        graph_generation,
        facts(stored, 1, edge("RESTORED_FROM", stored, image("stored"))),
        facts(image("restored"), 1, edge("RESTORED_FROM", image("restored"), stored)),
        facts(image("imported"), 1, edge("IMPORTED_FROM", image("imported"), task)),
        facts(task, 1, edge("IMPORTED_FROM", task, snapshot("disk"))),
        facts(snapshot("described"), 1, edge("NAMES", snapshot("described"), image("named"))),
        facts(image("registered"), 1, edge("BACKED_BY", image("registered"), snapshot("described"))),
        facts(image("seen"), 1, edge("SPEAKS_OF", image("seen"), image("ancestor"))),
        facts(image("child"), 1, edge("COPIED_FROM", image("child"), image("ancestor"))),
        facts(image("named"), 1),
    )

    async def find(*streams: str) -> set[str]:
        return set(await store.find_dependents(graph_generation, streams))

    assert await find(stored) == {image("restored")}
    assert await find(task) == await find(snapshot("disk")) == {image("imported")}
    assert await find(image("named")) == {image("named"), image("registered")}
    assert await find(image("seen")) == {image("seen"), image("ancestor")}
    assert await find(image("ancestor")) == {image("ancestor")}, "it is copied whatever it is made of"


async def test_speakers_are_found_by_whom_they_speak_of(store: GraphStore, graph_generation: str) -> None:
    name = named("launch-template-name", "base")
    speakers = {template(str(number)) for number in range(9)}
    await write(
        store,
        graph_generation,
        *(facts(one, 1, edge("SPEAKS_OF", one, name)) for one in sorted(speakers)),
        facts(image("1"), 1, edge("SPEAKS_OF", image("1"), image("2"))),
        facts(image("3"), 1, edge("NAMES", image("3"), image("2"))),
    )
    found = await store.find_speakers(graph_generation, [name, image("2"), image("nowhere")])
    assert found == {name: speakers, image("2"): {image("1")}, image("nowhere"): frozenset()}


async def test_watermarked_images_are_found_below_what_changed(
    store: GraphStore, graph_generation: str
) -> None:
    marks = '[{"key":"1:gold"}]'
    await write(
        store,
        graph_generation,
        facts(image("top"), 1, watermarks=marks),
        facts(image("middle"), 1),
        facts(image("below"), 1, watermarks=marks),
        facts(image("beside"), 1, watermarks=marks),
    )
    for source, target in (("middle", "top"), ("below", "middle"), ("beside", "top")):
        closure = ClosureWrite(image(source), 0, {}, (derive(source, target),))
        assert await store.write_closures(graph_generation, [closure]) == []
    assert await store.find_watermarked(graph_generation, [image("middle")]) == {image("below")}
    assert await store.find_watermarked(graph_generation, [image("top")]) == {
        image("top"),
        image("below"),
        image("beside"),
    }
    assert await store.find_watermarked(graph_generation, []) == frozenset()


async def test_groups_have_closures_of_their_own(store: GraphStore, graph_generation: str) -> None:
    group = named("auto-scaling-group", "web")
    await write(store, graph_generation, facts(group, 1))
    assert await store.read_epochs(graph_generation, [group]) == {group: 0}
    launches = edge("WOULD_LAUNCH", group, image("1"), "", confidence="recorded")
    first = ClosureWrite(group, 0, {"launches_unknown": "template_unseen"}, (launches,))
    assert await store.write_closures(graph_generation, [first]) == []
    assert await store.write_closures(graph_generation, [ClosureWrite(group, 1, {}, ())]) == []
    found = await read_all(store, graph_generation)
    assert launches.id not in found
    assert "launches_unknown" not in found[group].properties
