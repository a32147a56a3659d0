"""What was true at a time, and what was known at a time."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage import closure_elements, fold
from lineage.timing import (
    cut_known,
    find_exposures,
    find_parents_at,
    find_run_at,
    list_launches_at,
    list_unknown_launches_at,
    select_edges_at,
    view_stream,
)

FRIEND = {"kind": "account", "value": "222233334444"}
IMAGE = "image/aws/us-east-1/ami-x"
A, B = "image/aws/us-east-1/ami-a", "image/aws/us-east-1/ami-b"


def view(trail: Any, at: float, stream_id: str = IMAGE) -> Any:
    events = [event for event in trail.events if event.stream_id == stream_id]
    return view_stream(stream_id, events, trail.minute(at))


def test_state_tags_and_sharing_are_those_of_the_time(trail: Any) -> None:
    trail.add("image.created", "ami-x", 0, source_instance_id="i-1", tags={"a": "1"})
    trail.add("image.state_changed", "ami-x", 10, state="available")
    trail.add("image.launch_permission_changed", "ami-x", 20, added=[FRIEND])
    trail.add("image.disabled", "ami-x", 30)
    trail.add("image.tagged", "ami-x", 40, tags={"a": "2"})
    assert view(trail, -1) is None
    assert [view(trail, at).state.state for at in (0, 9, 10, 30)] == [
        "pending",
        "pending",
        "available",
        "disabled",
    ]
    assert [len(view(trail, at).state.shared_with) for at in (19, 20, 29, 30)] == [0, 1, 1, 0]
    assert [view(trail, at).state.tags["a"] for at in (39, 40)] == ["1", "2"]
    assert not view(trail, 10).assumed


def test_a_backfilled_image_is_there_from_its_creation_on(trail: Any) -> None:
    trail.add(
        "image.observed", "ami-x", 1000, state="available", created_at="2026-11-20T10:10:00Z", tags={"a": "1"}
    )
    assert view(trail, 9) is None
    early = view(trail, 10)
    assert (early.state.state, early.state.tags, early.assumed) == ("available", {"a": "1"}, True)
    assert not view(trail, 1000).assumed


def test_an_image_whose_birth_nobody_knows_is_not_said_to_have_been_there(trail: Any) -> None:
    trail.add("image.observed", "ami-x", 1000, state="available")
    assert view(trail, 10) is None


def test_what_was_known_is_the_log_cut_at_the_time_of_recording(trail: Any) -> None:
    trail.add("image.created", "ami-x", 0, source_instance_id="i-1")
    late = trail.events.pop().model_copy(update={"recorded_at": trail.minute(60)})
    trail.events.append(late)
    trail.add("image.state_changed", "ami-x", 10, state="available")
    known = cut_known(trail.events, trail.minute(59))
    assert [event.event_type for event in known] == ["image.state_changed"]
    assert fold(IMAGE, known).making is None
    assert cut_known(trail.events, trail.minute(60)) == trail.events


@settings(max_examples=60, deadline=None)
@given(delays=st.lists(st.integers(0, 30), min_size=4, max_size=4), at=st.integers(-1, 60))
def test_what_is_known_never_shrinks(new_trail: Any, delays: list[int], at: int) -> None:
    trail = new_trail()
    trail.add("image.created", "ami-x", 0)
    trail.add("image.tagged", "ami-x", 5, tags={"a": "1"})
    trail.add("image.state_changed", "ami-x", 10, state="available")
    trail.add("image.deregistered", "ami-x", 20)
    events = [
        event.model_copy(update={"recorded_at": event.occurred_at + timedelta(minutes=delay)})
        for event, delay in zip(trail.events, delays, strict=True)
    ]
    now, later = cut_known(events, trail.minute(at)), cut_known(events, trail.minute(at + 1))
    assert {event.event_id for event in now} <= {event.event_id for event in later}
    assert {event.event_id for event in events} - {event.event_id for event in later} == {
        event.event_id for event in events if event.recorded_at > trail.minute(at + 1)
    }


def test_parents_runs_and_launches_are_those_of_the_time(trail: Any) -> None:
    trail.add("instance.launched", "i-1", 0, image_id="ami-a", root_device_name="/dev/xvda")
    trail.add("instance.root_volume_replaced", "i-1", 20, image_id="ami-b")
    trail.add("instance.state_changed", "i-1", 40, state="terminated")
    trail.add("image.created", "ami-x", 30, source_instance_id="i-1")
    assert find_parents_at(trail.image(), trail.minute(29)) == ()
    assert [each.image for each in find_parents_at(trail.image(), trail.minute(30))] == [B]
    runs = [find_run_at(trail.instance(), trail.minute(at)) for at in (-1, 0, 19, 20, 39, 40)]
    assert [run and run.image for run in runs] == [None, A, A, B, B, None]

    version = {"number": 1, "image": {"image_id": "ami-a"}}
    trail.add("launch_template.created", "lt-1", 0, version=version)
    launch = {"template": {"template_id": "lt-1"}}
    trail.add("auto_scaling_group.created", "web", 10, launch=launch, max_size=2)
    trail.add("launch_template.deleted", "lt-1", 50)
    group = trail.group()
    assert [len(list_launches_at(group, trail.minute(at))) for at in (9, 10, 49, 50)] == [0, 1, 1, 0]
    assert [each.reason for each in list_unknown_launches_at(group, trail.minute(50))] == ["template_deleted"]


def test_edges_hold_in_their_own_times(trail: Any) -> None:
    trail.add("instance.launched", "i-1", 0, image_id="ami-a")
    trail.add("instance.root_volume_replaced", "i-1", 20, image_id="ami-b")
    edges = closure_elements(trail.instance()).edges
    assert [[edge.target for edge in select_edges_at(edges, trail.minute(at))] for at in (-1, 0, 20)] == [
        [],
        [A],
        [B],
    ]


def test_the_ledger_shows_what_ran_in_the_window_also_what_is_gone(trail: Any) -> None:
    trail.add("instance.launched", "i-1", 0, image_id="ami-a")
    trail.add("instance.state_changed", "i-1", 20, state="terminated")
    trail.add("instance.launched", "i-2", 15, image_id="ami-a")
    trail.add("instance.root_volume_replaced", "i-2", 30, image_id="ami-b")
    trail.add("instance.launched", "i-3", 0, image_id="ami-c")
    trail.add("instance.launched", "i-4", 0, incomplete=True)
    closures = [trail.instance(f"i-{number}") for number in (1, 2, 3, 4)]

    def ledger(begin: float, end: float, **options: Any) -> list[tuple[str, float | None, float | None]]:
        found = find_exposures(closures, {A}, trail.minute(begin), trail.minute(end), **options)
        return [(one.instance[-3:], trail._count(one.begin), trail._count(one.end)) for one in found]

    assert ledger(5, 18) == [("i-1", 5, None), ("i-2", 15, None)]
    assert ledger(20, 60) == [("i-2", 20, 30)]
    assert ledger(30, 60) == []
    assert ledger(5, 10, with_unknown=True) == [("i-1", 5, None), ("i-4", 5, None)]
