"""What holds for every set of events: order does not matter, and the graph leads to all dependents."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage import Missing, close_group, close_image, close_instance, closure_elements, fold, project

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
TEMPLATES = st.sampled_from(["lt-1", "lt-2"])
NAMES = st.sampled_from(["web", "api"])
TASKS = st.sampled_from(["import-ami-1", "import-ami-2"])
KEYS = st.sampled_from(["ami-1.bin", "ami-2.bin", "free"])
OWNER = st.just("111122223333")
SIZES = st.sampled_from([0, 3])
SOURCES = st.lists(
    st.sampled_from([{"snapshot_id": "snap-1"}, {"snapshot_id": "snap-2"}, {"url": "s3://b/disk.vmdk"}]),
    max_size=2,
)
REFERENCES = st.one_of(
    IMAGES.map(lambda image: {"image_id": image}),
    st.sampled_from(["web", "api", "web:2", "web:live"]).map(lambda name: {"parameter": name}),
)
VERSIONS = st.fixed_dictionaries({"number": st.integers(1, 3), "image": st.none() | REFERENCES})
TEMPLATE_REFERENCES = st.builds(
    lambda named, version: named | version,
    st.one_of(
        TEMPLATES.map(lambda one: {"template_id": one}), NAMES.map(lambda name: {"template_name": name})
    ),
    st.sampled_from([{}, {"version": "1"}, {"version": "$Latest"}, {"version": "$Default"}]),
)
OVERRIDES = st.lists(
    st.one_of(
        REFERENCES.map(lambda image: {"image": image}),
        TEMPLATE_REFERENCES.map(lambda template: {"template": template}),
    ),
    max_size=2,
)
LAUNCHES = st.one_of(
    st.fixed_dictionaries({"template": TEMPLATE_REFERENCES, "overrides": OVERRIDES}),
    NAMES.map(lambda name: {"configuration_name": name}),
    INSTANCES.map(lambda instance: {"from_instance": instance}),
)
DESCRIPTIONS = st.sampled_from(
    [
        "Created by CreateImage(i-1) for ami-1",
        "Created by CreateImage(i-2) for ami-2",
        "Copied for DestinationAmi ami-1 from SourceAmi ami-2 for SourceSnapshot snap-2.",
        "mine",
    ]
)
ANCESTRIES = st.lists(st.sampled_from(["ami-1", "ami-2", "ami-3", "ami-9"]), max_size=4, unique=True).map(
    lambda chain: [
        {"image_id": one, "source_image_id": two} if two else {"image_id": one, "owner_alias": "amazon"}
        for one, two in zip(chain, (*chain[1:], None), strict=False)
    ]
)
WATERMARKS = st.lists(
    IMAGES.map(lambda image: {"key": "1:gold", "source_image_id": image, "source_region": "us-east-1"}),
    max_size=1,
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
            "ancestry": ANCESTRIES,
            "watermarks": WATERMARKS,
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
            "operation": st.sampled_from(["create_snapshot", "create_snapshots", "start_snapshot"]),
            "volume_id": maybe(VOLUMES),
            "instance_id": maybe(INSTANCES),
            "set_size": st.sampled_from([1, 2]),
        },
    ),
    "snapshot.copied": (SNAPSHOTS, {"source_region": maybe(REGION), "source_snapshot_id": maybe(SNAPSHOTS)}),
    "snapshot.backed_image": (SNAPSHOTS, {"image_id": IMAGES}),
    "volume.created": (
        VOLUMES,
        {"snapshot_id": maybe(SNAPSHOTS), "source_volume_id": st.none() | VOLUMES, "incomplete": HOLLOW},
    ),
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
    "instance.fleet_launched": (
        INSTANCES,
        {"operation": st.just("create_fleet"), "image": maybe(REFERENCES)},
    ),
    "instance.group_changed": (INSTANCES, {"auto_scaling_group": maybe(NAMES)}),
    "instance.root_volume_replaced": (
        INSTANCES,
        {"image_id": maybe(IMAGES), "snapshot_id": maybe(SNAPSHOTS), "volume_id": maybe(VOLUMES)},
    ),
    "image.restored": (IMAGES, {"bucket": st.just("b"), "object_key": KEYS}),
    "image.imported": (IMAGES, {"import_task_id": maybe(TASKS), "sources": SOURCES}),
    "image.stored": (IMAGES, {"bucket": st.just("b"), "object_key": KEYS}),
    "image.recovered": (IMAGES, {}),
    "image.disabled": (IMAGES, {}),
    "image.enabled": (IMAGES, {}),
    "image.deprecation_changed": (IMAGES, {"deprecate_at": maybe(st.just("2027-01-01T00:00:00Z"))}),
    "image.deregistration_protection_changed": (IMAGES, {"enabled": st.booleans()}),
    "image.watermark_attached": (IMAGES, {"key": st.just("1:gold")}),
    "image.watermark_detached": (IMAGES, {"key": st.just("1:gold")}),
    "snapshot.imported": (SNAPSHOTS, {"import_task_id": maybe(TASKS)}),
    "snapshot.completed": (
        SNAPSHOTS,
        {
            "operation": st.sampled_from(["create_snapshot", "copy_snapshot"]),
            "succeeded": st.booleans(),
            "source_volume_id": maybe(VOLUMES),
            "source_snapshot_id": maybe(SNAPSHOTS),
            "source_region": maybe(REGION),
        },
    ),
    "snapshot.sharing_changed": (SNAPSHOTS, {"added": SHARES, "removed": SHARES, "reset": st.booleans()}),
    "snapshot.deleted": (SNAPSHOTS, {}),
    "snapshot.recovered": (SNAPSHOTS, {}),
    "snapshot.used_elsewhere": (SNAPSHOTS, {"operation": st.just("copied")}),
    "snapshot.observed": (SNAPSHOTS, {"description": maybe(DESCRIPTIONS)}),
    "stored_object.written": (KEYS.map(lambda key: f"b/{key}"), {"image_id": IMAGES, "region": REGION}),
    "import_task.started": (TASKS, {"operation": st.just("import_image"), "sources": SOURCES}),
    "import_task.observed": (TASKS, {"image_id": maybe(IMAGES), "sources": SOURCES}),
    "account.observed": (st.just("111122223333"), {"name": maybe(NAMES), "path": st.just(("r", "o"))}),
    "launch_template.created": (
        TEMPLATES,
        {"owner_account_id": OWNER, "name": maybe(NAMES), "version": maybe(VERSIONS), "incomplete": HOLLOW},
    ),
    "launch_template.version_created": (
        TEMPLATES,
        {
            "name": maybe(NAMES),
            "version": maybe(VERSIONS),
            "source_version": maybe(st.sampled_from(["1", "2", "$Latest", "$Default"])),
            "incomplete": HOLLOW,
        },
    ),
    "launch_template.versions_deleted": (TEMPLATES, {"versions": st.lists(st.integers(1, 3), max_size=2)}),
    "launch_template.default_version_changed": (TEMPLATES, {"version": maybe(st.integers(1, 3))}),
    "launch_template.deleted": (TEMPLATES, {}),
    "launch_template.observed": (
        TEMPLATES,
        {
            "owner_account_id": OWNER,
            "name": maybe(NAMES),
            "default_version": maybe(st.integers(1, 3)),
            "latest_version": maybe(st.integers(1, 3)),
            "versions": st.lists(VERSIONS, max_size=2),
        },
    ),
    "auto_scaling_group.created": (NAMES, {"launch": maybe(LAUNCHES), "max_size": maybe(SIZES)}),
    "auto_scaling_group.updated": (
        NAMES,
        {"launch": maybe(LAUNCHES), "max_size": maybe(SIZES), "incomplete": HOLLOW},
    ),
    "auto_scaling_group.deleted": (NAMES, {}),
    "auto_scaling_group.observed": (NAMES, {"launch": maybe(LAUNCHES), "max_size": maybe(SIZES)}),
    "launch_configuration.created": (
        NAMES,
        {"image": maybe(REFERENCES), "from_instance": maybe(INSTANCES), "incomplete": HOLLOW},
    ),
    "launch_configuration.deleted": (NAMES, {}),
    "launch_configuration.observed": (NAMES, {"image": maybe(REFERENCES)}),
    "parameter.set": (NAMES, {"version": maybe(st.integers(1, 3)), "incomplete": st.sampled_from([True])}),
    "parameter.labelled": (NAMES, {"version": maybe(st.integers(1, 3)), "labels": st.just(["live"])}),
    "parameter.deleted": (NAMES, {}),
    "parameter.observed": (
        NAMES,
        {
            "image_id": maybe(IMAGES),
            "version": maybe(st.integers(1, 3)),
            "labels": st.lists(st.just("live"), max_size=1),
            "incomplete": HOLLOW,
        },
    ),
    "image_recipe.created": (NAMES, {"image": maybe(REFERENCES), "version": st.just("1.0.0")}),
    "image_recipe.deleted": (NAMES, {}),
    "image_recipe.observed": (NAMES, {"image": maybe(REFERENCES)}),
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


CLOSED = ("image/", "instance/", "auto-scaling-group/")
BACKWARD = {
    *("BACKED_BY", "SNAPSHOT_OF", "COPIED_FROM", "RESTORED_FROM", "IMPORTED_FROM", "ROOT_OF", "ATTACHED_TO"),
    *("REFERENCES", "NAMES"),
}
FORWARD = {"ROOT_OF", "ATTACHED_TO", "SPEAKS_OF"}


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
        speakers: dict[str, frozenset[str]] = {}
        while isinstance(closure := self._close(stream_id, speakers), Missing):
            assert closure.stream_ids or closure.spoken_of
            for missing in closure.stream_ids:
                assert missing not in self.states
                self.states[missing] = fold(missing, ())
            for vertex in closure.spoken_of:
                assert vertex not in speakers
                said = (e for owned in self.edges.values() for e in owned if e.label == "SPEAKS_OF")
                speakers[vertex] = frozenset(e.source for e in said if e.target == vertex)
        self.closures[stream_id] = closure
        return closure

    def _close(self, stream_id: str, speakers: dict[str, frozenset[str]]) -> Any:
        match stream_id.partition("/")[0]:
            case "image":
                return close_image(stream_id, self.states, speakers=speakers)
            case "instance":
                return close_instance(stream_id, self.states)
            case _:
                return close_group(stream_id, self.states, speakers=speakers)

    def find_dependents(self, start: str) -> set[str]:
        """The reverse walk that the graph store makes, and the images whose watermarks it may contradict."""
        edges = [edge for owned in self.edges.values() for edge in owned]
        found = {start}
        found |= {e.target for e in edges if e.label in {"BACKED_BY", "SPEAKS_OF"} and e.source == start}
        found |= {e.source for e in edges if e.label == "NAMES" and e.target == start}
        pending = list(found)
        while pending:
            here = pending.pop()
            if here.startswith("image/"):
                continue
            steps = {e.source for e in edges if e.target == here and e.label in BACKWARD}
            steps |= {e.target for e in edges if e.source == here and e.label in FORWARD}
            pending.extend(steps - found)
            found |= steps
        return {each for each in found if each.startswith(CLOSED)}

    def close_dependents(self, start: str) -> None:
        """Close what depends on a stream, then what is derived from it and carries a watermark."""
        closed = self.find_dependents(start)
        for stream_id in closed:
            self.close(stream_id)
        pending, derived = list(closed), set(closed)
        while pending:
            here = pending.pop()
            below = {
                each
                for each, closure in self.closures.items()
                if each.startswith("image/") and here in {parent.image for parent in closure.parents}
            }
            pending.extend(below - derived)
            derived |= below
        for stream_id in derived - closed:
            if self.states[stream_id].kind == "image" and self.states[stream_id].watermarks:
                self.close(stream_id)

    def list_closable(self) -> list[str]:
        spoken_of = {e.target for owned in self.edges.values() for e in owned if e.label == "SPEAKS_OF"}
        return sorted(each for each in {*self.events, *spoken_of} if each.startswith(CLOSED))


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
def test_whatever_a_closure_reads_leads_back_to_it_over_fact_edges(
    new_trail: Any, history: list[dict[str, Any]]
) -> None:
    graph = Graph()
    for each in write(new_trail, history):
        graph.add(each)
    for stream_id in graph.list_closable():
        for read in graph.close(stream_id).reads:
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
        grown.close_dependents(each.stream_id)
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
        elif stream_id.startswith("instance/"):
            assert all(run.image or run.reason for run in closure.runs)
        else:
            assert all(each.evidence and set(each.evidence) <= events for each in closure.launches)
            for one in (*closure.launches, *closure.unknowns):
                assert one.valid_from is None or one.valid_to is None or one.valid_from < one.valid_to
