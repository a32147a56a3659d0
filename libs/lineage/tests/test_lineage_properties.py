"""What holds for every set of events: order does not matter, and the graph leads to all dependents."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage import Missing, close_image, close_instance, closure_elements, fold, project

DEVICES = st.sampled_from(["/dev/xvda", "/dev/sda1", "/dev/sdf", None])
IMAGES = st.sampled_from(["ami-1", "ami-2", "ami-3"])
INSTANCES = st.sampled_from(["i-1", "i-2"])
VOLUMES = st.sampled_from(["vol-1", "vol-2", "vol-3"])
SNAPSHOTS = st.sampled_from(["snap-1", "snap-2", "snap-3"])
REGION = st.just("us-east-1")
HOLLOW = st.sampled_from([False, False, False, True])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, strategy, st.none())


DISKS = st.lists(
    st.fixed_dictionaries({"device_name": DEVICES, "snapshot_id": SNAPSHOTS}), min_size=0, max_size=2
)
ATTACHMENTS = st.lists(
    st.fixed_dictionaries({"volume_id": VOLUMES, "instance_id": INSTANCES, "device_name": DEVICES}),
    max_size=1,
)
TAGS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("12"), max_size=2)
STATES = st.sampled_from(["pending", "available", "deregistered", "disabled"])
SHARES = st.lists(
    st.sampled_from([{"kind": "group", "value": "all"}, {"kind": "account", "value": "1"}]), max_size=2
)
EVENTS: dict[str, tuple[st.SearchStrategy[str], dict[str, st.SearchStrategy[Any]]]] = {
    "image.created": (IMAGES, {"source_instance_id": maybe(INSTANCES), "incomplete": HOLLOW, "tags": TAGS}),
    "image.copied": (
        IMAGES,
        {"source_region": maybe(REGION), "source_image_id": maybe(IMAGES), "incomplete": HOLLOW},
    ),
    "image.registered": (
        IMAGES,
        {"root_device_name": DEVICES, "block_devices": DISKS, "image_location": maybe(st.just("b/m"))},
    ),
    "image.observed": (
        IMAGES,
        {
            "source_image_id": maybe(IMAGES),
            "block_devices": DISKS,
            "state": maybe(STATES),
            "tags": maybe(TAGS),
        },
    ),
    "image.state_changed": (IMAGES, {"state": STATES}),
    "image.deregistered": (IMAGES, {}),
    "image.launch_permission_changed": (
        IMAGES,
        {"added": SHARES, "removed": SHARES, "reset": st.booleans()},
    ),
    "image.tagged": (IMAGES, {"tags": TAGS}),
    "image.untagged": (IMAGES, {"tags": TAGS}),
    "image.unheard_of": (IMAGES, {"anything": st.integers()}),
    "snapshot.created": (
        SNAPSHOTS,
        {
            "operation": st.sampled_from(["create_snapshot", "create_snapshots"]),
            "volume_id": maybe(VOLUMES),
            "instance_id": maybe(INSTANCES),
            "set_size": st.sampled_from([1, 2]),
        },
    ),
    "snapshot.copied": (SNAPSHOTS, {"source_region": maybe(REGION), "source_snapshot_id": maybe(SNAPSHOTS)}),
    "snapshot.backed_image": (SNAPSHOTS, {"image_id": IMAGES}),
    "volume.created": (VOLUMES, {"snapshot_id": maybe(SNAPSHOTS), "incomplete": HOLLOW}),
    "volume.attached": (VOLUMES, {"instance_id": INSTANCES, "device_name": DEVICES}),
    "volume.detached": (VOLUMES, {"instance_id": maybe(INSTANCES), "device_name": DEVICES}),
    "volume.observed": (VOLUMES, {"snapshot_id": maybe(SNAPSHOTS), "attachments": ATTACHMENTS}),
    "instance.launched": (INSTANCES, {"image_id": maybe(IMAGES), "root_device_name": DEVICES}),
    "instance.volume_attached": (INSTANCES, {"volume_id": VOLUMES, "device_name": DEVICES}),
    "instance.volume_detached": (INSTANCES, {"volume_id": VOLUMES, "device_name": DEVICES}),
    "instance.observed": (
        INSTANCES,
        {
            "image_id": maybe(IMAGES),
            "root_volume_id": maybe(VOLUMES),
            "root_device_name": DEVICES,
            "state": maybe(st.sampled_from(["running", "terminated"])),
        },
    ),
    "instance.state_changed": (INSTANCES, {"state": st.sampled_from(["running", "stopped", "terminated"])}),
}


def event(types: st.SearchStrategy[str], ids: st.SearchStrategy[str] | None = None) -> Any:
    """An event of one of the types, about one of the ids."""

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        event_type = draw(types)
        usual, fields = EVENTS[event_type]
        data = {name: draw(value) for name, value in fields.items()}
        data = {name: value for name, value in data.items() if value is not None}
        return {
            "event_type": event_type,
            "resource_id": draw(usual if ids is None else ids),
            "at": draw(st.integers(0, 12)),
            **data,
        }

    return build()


def one_of(*types: str) -> st.SearchStrategy[str]:
    return st.sampled_from(types)


LOOSE = st.lists(event(st.sampled_from(sorted(EVENTS))), min_size=1, max_size=30)
MAKINGS = {
    "ami-1": one_of("image.registered"),
    "ami-2": one_of("image.registered", "image.created"),
    "ami-3": one_of("image.observed", "image.created"),
    "snap-1": one_of("snapshot.created"),
    "snap-2": one_of("snapshot.created", "snapshot.copied"),
    "snap-3": one_of("snapshot.backed_image"),
    "vol-1": one_of("volume.created"),
    "vol-2": one_of("volume.observed"),
    "vol-3": one_of("volume.observed", "volume.created"),
    "i-1": one_of("instance.launched"),
    "i-2": one_of("instance.launched", "instance.observed"),
}
LINKS = one_of("instance.volume_attached", "instance.observed", "volume.observed", "snapshot.backed_image")


@st.composite
def linked(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One making for each resource and some links between them: long chains, which loose events seldom give."""
    made = [draw(event(types, st.just(each))) for each, types in MAKINGS.items()]
    return made + draw(st.lists(event(LINKS), max_size=8))


HISTORIES = st.one_of(LOOSE, linked())


def write(new_trail: Any, history: list[dict[str, Any]]) -> list[Any]:
    trail = new_trail()
    for each in history:
        trail.add(**each)
    return list(trail.events)


class Graph:
    """States, fact edges by owner, and closures; dependents are found by walking edges only."""

    def __init__(self) -> None:
        self.events: dict[str, list[Any]] = {}
        self.states: dict[str, Any] = {}
        self.edges: dict[str, tuple[Any, ...]] = {}
        self.closures: dict[str, Any] = {}

    def add(self, new: Any) -> None:
        self.events.setdefault(new.stream_id, []).append(new)
        state = fold(new.stream_id, self.events[new.stream_id])
        self.states[new.stream_id] = state
        self.edges[new.stream_id] = project(state).edges

    def close(self, stream_id: str) -> Any:
        kind = stream_id.partition("/")[0]
        close = close_image if kind == "image" else close_instance
        while isinstance(closure := close(stream_id, self.states), Missing):
            for missing in closure.stream_ids:
                assert missing not in self.states
                self.states[missing] = fold(missing, ())
        self.closures[stream_id] = closure
        return closure

    def find_dependents(self, start: str) -> set[str]:
        """The reverse walk that the graph store makes."""
        edges = [edge for owned in self.edges.values() for edge in owned]
        found = {start}
        pending = [start, *(e.target for e in edges if e.label == "BACKED_BY" and e.source == start)]
        found.update(pending)
        backward = {"BACKED_BY", "SNAPSHOT_OF", "COPIED_FROM", "RESTORED_FROM", "ROOT_OF", "ATTACHED_TO"}
        while pending:
            here = pending.pop()
            steps = {e.source for e in edges if e.target == here and e.label in backward}
            steps |= {e.target for e in edges if e.source == here and e.label in {"ROOT_OF", "ATTACHED_TO"}}
            pending.extend(steps - found)
            found |= steps
        return {each for each in found if each.startswith(("image/", "instance/"))}

    def list_closable(self) -> list[str]:
        return [each for each in self.events if each.startswith(("image/", "instance/"))]

    def find_reachable(self, start: str) -> set[str]:
        """Forward along the facts, backward along ROOT_OF, and from a snapshot to the images that map it."""
        edges = [edge for owned in self.edges.values() for edge in owned]
        forward = {"BACKED_BY", "SNAPSHOT_OF", "COPIED_FROM", "RESTORED_FROM", "ATTACHED_TO"}
        found, pending = {start}, [start]
        while pending:
            here = pending.pop()
            steps = {e.target for e in edges if e.source == here and e.label in forward}
            steps |= {e.source for e in edges if e.target == here and e.label in {"ROOT_OF", "BACKED_BY"}}
            pending.extend(steps - found)
            found |= steps
        return found


@settings(max_examples=80, deadline=None)
@given(history=HISTORIES, seed=st.integers(0, 2**16))
def test_order_and_repetition_change_no_state_and_no_projection(
    new_trail: Any, history: list[dict[str, Any]], seed: int
) -> None:
    events = write(new_trail, history)
    shuffled = events + Random(seed).choices(events, k=len(events))
    Random(seed).shuffle(shuffled)
    for stream_id in {each.stream_id for each in events}:
        one = fold(stream_id, [each for each in events if each.stream_id == stream_id])
        other = fold(stream_id, [each for each in shuffled if each.stream_id == stream_id])
        assert one == other
        assert project(one) == project(other)


@settings(max_examples=60, deadline=None)
@given(history=HISTORIES, seed=st.integers(0, 2**16))
def test_of_two_contents_of_one_version_arrival_does_not_decide(
    new_trail: Any, history: list[dict[str, Any]], seed: int
) -> None:
    rng = Random(seed)
    events = [
        each.model_copy(update={"event_id": events_id, "normaliser_version": rng.randint(1, 2)})
        for each in write(new_trail, history)
        for events_id in [rng.choice(write(new_trail, history[:3])).event_id]
    ]
    for stream_id in {each.stream_id for each in events}:
        own = [each for each in events if each.stream_id == stream_id]
        assert fold(stream_id, own) == fold(stream_id, own[::-1])


@settings(max_examples=180, deadline=None)
@given(history=HISTORIES)
def test_every_stream_that_a_closure_reads_is_reached_by_fact_edges(
    new_trail: Any, history: list[dict[str, Any]]
) -> None:
    graph = Graph()
    for each in write(new_trail, history):
        graph.add(each)
    for stream_id in graph.list_closable():
        for read in graph.close(stream_id).reads:
            assert read in graph.find_reachable(stream_id)
            assert stream_id in graph.find_dependents(read)


@settings(max_examples=180, deadline=None)
@given(history=HISTORIES, seed=st.integers(0, 2**16))
def test_closing_dependents_event_by_event_equals_closing_everything_at_the_end(
    new_trail: Any, history: list[dict[str, Any]], seed: int
) -> None:
    events = write(new_trail, history)
    whole, grown = Graph(), Graph()
    for each in events:
        whole.add(each)
    Random(seed).shuffle(events)
    for each in events:
        grown.add(each)
        for dependent in grown.find_dependents(each.stream_id):
            grown.close(dependent)
    for stream_id in whole.list_closable():
        assert grown.closures[stream_id] == whole.close(stream_id)
        assert closure_elements(grown.closures[stream_id]) == closure_elements(whole.closures[stream_id])
    assert grown.edges == whole.edges


@settings(max_examples=80, deadline=None)
@given(history=HISTORIES)
def test_a_closure_never_names_the_image_itself_and_always_explains_a_missing_parent(
    new_trail: Any, history: list[dict[str, Any]]
) -> None:
    graph = Graph()
    for each in write(new_trail, history):
        graph.add(each)
    events = {str(each.event_id) for each in write(new_trail, history)}
    for stream_id in graph.list_closable():
        closure = graph.close(stream_id)
        if stream_id.startswith("image/"):
            assert stream_id not in {each.image for each in closure.parents}
            assert len({each.image for each in closure.parents}) == len(closure.parents)
            assert closure.parents or closure.terminal_reason
            assert all(each.evidence and set(each.evidence) <= events for each in closure.parents)
        else:
            assert all(run.image or run.reason for run in closure.runs)
