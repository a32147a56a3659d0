"""What the graph is told: values it can hold, and one owner for each edge."""

import json
from typing import Any

import pytest

from lineage import CLOSURE_PROPERTIES, closure_elements, project


def edges(facts: Any) -> set[tuple[str, str, str]]:
    return {
        (each.label, each.source.rpartition("/")[2], each.target.rpartition("/")[2]) for each in facts.edges
    }


def test_unknown_properties_are_absent_and_values_are_plain(trail: Any) -> None:
    trail.add("image.created", "ami-x", name="n", tags={"b": "2", "a": "1"})
    facts = project(trail.state("image", "ami-x"))
    properties = facts.vertex.properties
    assert (facts.vertex.label, properties["tags"]) == ("Image", '{"a":"1","b":"2"}')
    assert (properties["public"], properties["shared_with"], properties["method"]) == (
        False,
        "[]",
        "create_image",
    )
    assert properties["created_at"] == "2026-11-20T10:00:00.000000Z"
    assert "description" not in properties
    assert all(isinstance(value, str | int | float | bool) for value in properties.values())
    assert not set(properties) & set(CLOSURE_PROPERTIES)


def test_a_placeholder_says_so_and_has_no_state(trail: Any) -> None:
    properties = project(trail.state("image", "ami-x")).vertex.properties
    assert properties["placeholder"] is True
    assert not {"state", "public", "shared_with", "method", "incomplete"} & set(properties)


def test_an_account_is_a_vertex_that_owns_itself(trail: Any) -> None:
    facts = project(trail.fold("account/aws/111122223333"))
    assert (facts.vertex.label, facts.vertex.properties["account_id"]) == ("Account", "111122223333")
    assert facts.edges == ()


@pytest.mark.parametrize(
    ("event_type", "resource_id", "data", "expected"),
    [
        (
            "image.copied",
            "ami-x",
            {"source_region": "r", "source_image_id": "ami-a"},
            {("COPIED_FROM", "ami-x", "ami-a")},
        ),
        ("image.created", "ami-x", {"source_instance_id": "i-1"}, {("SNAPSHOT_OF", "ami-x", "i-1")}),
        (
            "image.registered",
            "ami-x",
            {"block_devices": [{"snapshot_id": "snap-1", "device_name": "/dev/xvda"}]},
            {("BACKED_BY", "ami-x", "snap-1")},
        ),
        ("snapshot.backed_image", "snap-1", {"image_id": "ami-x"}, set()),
        (
            "snapshot.created",
            "snap-1",
            {"operation": "create_snapshots", "volume_id": "vol-1", "instance_id": "i-1"},
            {("SNAPSHOT_OF", "snap-1", "vol-1"), ("SNAPSHOT_OF", "snap-1", "i-1")},
        ),
        (
            "snapshot.copied",
            "snap-1",
            {"source_region": "r", "source_snapshot_id": "snap-0"},
            {("COPIED_FROM", "snap-1", "snap-0")},
        ),
        ("volume.created", "vol-1", {"snapshot_id": "snap-1"}, {("RESTORED_FROM", "vol-1", "snap-1")}),
        ("volume.attached", "vol-1", {"instance_id": "i-1"}, {("ATTACHED_TO", "vol-1", "i-1")}),
        ("instance.launched", "i-1", {"image_id": "ami-a"}, {("LAUNCHED_FROM", "i-1", "ami-a")}),
        (
            "instance.volume_attached",
            "i-1",
            {"volume_id": "vol-1", "device_name": "/dev/xvda"},
            {("ROOT_OF", "vol-1", "i-1")},
        ),
        ("instance.volume_attached", "i-1", {"volume_id": "vol-1", "device_name": "/dev/sdf"}, set()),
        ("image.copied", "ami-x", {"source_region": "a/b", "source_image_id": "ami-a"}, set()),
    ],
)
def test_each_fact_is_an_edge_of_the_stream_that_owns_it(
    trail: Any, event_type: str, resource_id: str, data: dict[str, Any], expected: set[tuple[str, str, str]]
) -> None:
    event_id = trail.add(event_type, resource_id, **data)
    stream_id = trail.stream(event_type.partition(".")[0], resource_id)
    facts = project(trail.fold(stream_id))
    assert edges(facts) == expected
    for each in facts.edges:
        assert each.properties["owner"] == stream_id
        assert json.loads(str(each.properties["evidence"])) == [event_id]


def test_closing_an_image_gives_edges_with_evidence_and_the_weakest_confidence(trail: Any) -> None:
    launched = trail.add("instance.launched", "i-1", image_id="ami-a")
    own = trail.add("image.created", "ami-x", 5, source_instance_id="i-1")
    facts = closure_elements(trail.image())
    (edge,) = facts.edges
    assert (edge.label, edge.target) == ("DERIVED_FROM", trail.stream("image", "ami-a"))
    assert json.loads(str(edge.properties["evidence"])) == [own, launched]
    assert edge.properties["valid_from"] == "2026-11-20T10:05:00.000000Z"
    assert facts.properties == {"confidence": "recorded"}


def test_closing_an_image_without_parents_gives_the_reason(trail: Any) -> None:
    assert closure_elements(trail.image()).properties == {"terminal_reason": "before_recorded_history"}


def test_closing_an_instance_gives_its_runs_and_why_the_newest_is_not_known(trail: Any) -> None:
    trail.add("instance.launched", "i-1", image_id="ami-a")
    trail.add("instance.volume_attached", "i-1", 9, volume_id="vol-1", device_name="/dev/xvda")
    facts = closure_elements(trail.instance())
    (edge,) = facts.edges
    assert (edge.label, edge.target) == ("RUNS", trail.stream("image", "ami-a"))
    assert edge.properties["valid_to"] == "2026-11-20T10:09:00.000000Z"
    assert facts.properties == {"terminal_reason": "missing_event", "confidence": "unknown"}
