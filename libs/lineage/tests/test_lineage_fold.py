"""What folding promises: who may override whom, and that nothing makes it fail."""

from typing import Any

import pytest

from ami_lineage_contracts.stream_ids import StreamIdError
from lineage import fold

ALL = {"kind": "group", "value": "all"}
FRIEND = {"kind": "account", "value": "222233334444"}


def image(trail: Any) -> Any:
    return trail.state("image", "ami-x")


def made(trail: Any, at: float = 0, **data: Any) -> str:
    return trail.add("image.created", "ami-x", at, **({"source_instance_id": "i-1"} | data))


def test_a_stream_without_events_is_only_referred_to(trail: Any) -> None:
    state = image(trail)
    assert (state.exists, state.state, state.public, state.tags_complete) == (False, None, None, False)
    assert (state.event_count, state.first_event_at, state.created_by) == (0, None, None)


def test_a_stream_id_that_names_no_resource_is_refused() -> None:
    with pytest.raises(StreamIdError):
        fold("image/ami-1", ())


def test_a_made_image_is_pending_until_something_says_otherwise(trail: Any) -> None:
    made(trail, owner_account_id="1", name="golden", tags={"a": "b"})
    state = image(trail)
    assert (state.state, state.owner_account_id, state.name, state.tags) == (
        "pending",
        "1",
        "golden",
        {"a": "b"},
    )
    assert state.created_by == "arn:aws:iam::1:role/Build"
    assert (state.public, state.tags_complete) == (False, True)
    trail.add("image.state_changed", "ami-x", 1, state="available")
    assert image(trail).state == "available"


def test_a_deregistered_image_that_is_seen_again_later_is_back(trail: Any) -> None:
    made(trail)
    trail.add("image.deregistered", "ami-x", 10)
    trail.add("image.observed", "ami-x", 14, state="available")
    assert image(trail).state == "deregistered"
    trail.add("image.observed", "ami-x", 16, state="available")
    assert image(trail).state == "available"


@pytest.mark.parametrize(("minutes", "state"), [(5, "available"), (5.02, "failed")])
def test_an_observation_never_overrides_an_event_of_the_five_minutes_before_it(
    trail: Any, minutes: float, state: str
) -> None:
    trail.add("image.state_changed", "ami-x", 10, state="available")
    trail.add("image.observed", "ami-x", 10 + minutes, state="failed")
    assert image(trail).state == state


def test_an_observation_drops_old_tags_and_leaves_fresh_ones(trail: Any) -> None:
    trail.add("image.tagged", "ami-x", 0, tags={"old": "1", "kept": "1"})
    trail.add("image.tagged", "ami-x", 8, tags={"fresh": "1"})
    trail.add("image.observed", "ami-x", 10, tags={"kept": "2"})
    assert image(trail).tags == {"kept": "2", "fresh": "1"}


def test_deletion_by_value_spares_another_value(trail: Any) -> None:
    made(trail, tags={"a": "1", "b": "1", "c": "1", "d": ""})
    trail.add("image.untagged", "ami-x", 1, tags={"a": "1", "b": "2", "c": None, "d": ""})
    assert image(trail).tags == {"b": "1"}


def test_tags_that_a_copy_took_along_are_not_known_from_its_record(trail: Any) -> None:
    trail.add("image.copied", "ami-x", copies_tags=True)
    assert not image(trail).tags_complete
    trail.add("image.observed", "ami-x", 1, tags={"a": "1"})
    assert image(trail).tags_complete


def test_sharing_is_added_removed_and_reset(trail: Any) -> None:
    made(trail)
    trail.add("image.launch_permission_changed", "ami-x", 1, added=[FRIEND, ALL])
    assert image(trail).public
    trail.add("image.launch_permission_changed", "ami-x", 2, removed=[ALL])
    assert (image(trail).public, len(image(trail).shared_with)) == (False, 1)
    trail.add("image.launch_permission_changed", "ami-x", 3, reset=True, added=[ALL])
    assert [each.value for each in image(trail).shared_with] == ["all"]
    trail.add("image.state_changed", "ami-x", 4, state="disabled")
    assert (image(trail).public, image(trail).shared_with) == (False, ())


def test_an_image_of_unknown_making_is_not_called_private(trail: Any) -> None:
    trail.add("image.launch_permission_changed", "ami-x", added=[FRIEND])
    assert image(trail).public is None
    trail.add("image.observed", "ami-x", 10, public=False)
    assert image(trail).public is False


def test_denied_operations_change_nothing_but_the_counts(trail: Any) -> None:
    made(trail)
    before = image(trail)
    trail.add("image.operation_denied", "ami-x", 1, operation="DeregisterImage", error_code="Denied")
    after = image(trail)
    assert after.event_count == before.event_count + 1
    assert (after.state, after.making, after.ignored_count) == (before.state, before.making, 0)


@pytest.mark.parametrize(
    "event",
    [
        {"event_type": "image.teleported", "anything": 1},
        {"event_type": "image.state_changed", "schema": 2, "state": "gone"},
        {"event_type": "image.state_changed", "condition": "unreadable"},
    ],
)
def test_what_cannot_be_read_counts_and_is_ignored(trail: Any, event: dict[str, Any]) -> None:
    made(trail)
    before = image(trail)
    trail.add(event.pop("event_type"), "ami-x", 1, **event)
    after = image(trail)
    assert (after.state, after.event_count, after.ignored_count) == ("pending", 2, 1)
    assert after.event_hash != before.event_hash


def test_the_highest_normaliser_version_wins_and_both_count(trail: Any) -> None:
    trail.add("image.created", "ami-x", record="r", normaliser=2, name="right")
    trail.add("image.created", "ami-x", record="r", normaliser=1, name="wrong")
    state = image(trail)
    assert (state.name, state.event_count) == ("right", 2)


def test_contradictory_changes_of_one_second_are_uncertain_until_a_later_word(trail: Any) -> None:
    made(trail)
    trail.add("image.tagged", "ami-x", 1, tags={"a": "1"})
    trail.add("image.tagged", "ami-x", 1, tags={"a": "2"})
    trail.add("image.launch_permission_changed", "ami-x", 1, added=[ALL])
    trail.add("image.launch_permission_changed", "ami-x", 1, removed=[ALL])
    trail.add("image.state_changed", "ami-x", 1, state="available")
    trail.add("image.state_changed", "ami-x", 1, state="failed")
    assert image(trail).uncertain == ("sharing", "state", "tags")
    trail.add("image.tagged", "ami-x", 2, tags={"a": "3"})
    trail.add("image.observed", "ami-x", 10, state="available", public=False)
    assert image(trail).uncertain == ()


def test_beginning_change_and_end_of_one_second_are_in_this_order(trail: Any) -> None:
    trail.add("image.deregistered", "ami-x")
    trail.add("image.tagged", "ami-x", tags={"a": "2"})
    made(trail, tags={"a": "1"})
    state = image(trail)
    assert (state.state, state.tags, state.uncertain) == ("deregistered", {"a": "2"}, ())


def test_the_complete_making_counts_before_a_hollow_one(trail: Any) -> None:
    made(trail, incomplete=True, source_instance_id=None)
    made(trail, 1, source_instance_id="i-2")
    assert image(trail).making.source_instance_id == "i-2"


def test_an_instance_is_ended_from_its_first_shutting_down_on(trail: Any) -> None:
    trail.add("instance.launched", "i-1", image_id="ami-a", tags={"aws:autoscaling:groupName": "web"})
    trail.add("instance.state_changed", "i-1", 10, state="shutting-down")
    trail.add("instance.state_changed", "i-1", 11, state="terminated")
    state = trail.state("instance", "i-1")
    assert (state.state, state.auto_scaling_group) == ("terminated", "web")
    assert (state.terminated_at - state.launched_at).total_seconds() == 600


def test_a_volumes_attachments_have_a_beginning_and_an_end(trail: Any) -> None:
    first = trail.add("volume.attached", "vol-1", 1, instance_id="i-1", device_name="/dev/sdf")
    ended = trail.add("volume.detached", "vol-1", 2)
    trail.add("volume.attached", "vol-1", 3, instance_id="i-2")
    one, two = trail.state("volume", "vol-1").attachments
    assert (one.instance_id, one.event_id, one.ended_by) == ("i-1", first, ended)
    assert (two.instance_id, two.detached_at) == ("i-2", None)


def test_an_observation_shortly_after_a_detach_opens_no_attachment(trail: Any) -> None:
    attachment = {"volume_id": "vol-1", "instance_id": "i-1", "device_name": "/dev/xvda"}
    trail.add("volume.observed", "vol-1", 0, attachments=[attachment])
    trail.add("volume.detached", "vol-1", 10)
    trail.add("volume.observed", "vol-1", 12, attachments=[attachment])
    (only,) = trail.state("volume", "vol-1").attachments
    assert only.detached_at is not None


def test_a_deregistered_image_that_is_recovered_is_available(trail: Any) -> None:
    made(trail)
    trail.add("image.deregistered", "ami-x", 10)
    assert image(trail).state == "deregistered"
    trail.add("image.recovered", "ami-x", 20)
    assert image(trail).state == "available"


def test_a_disabled_image_loses_its_sharing_for_good(trail: Any) -> None:
    made(trail)
    trail.add("image.launch_permission_changed", "ami-x", 1, added=[FRIEND, ALL])
    trail.add("image.disabled", "ami-x", 2)
    assert (image(trail).state, image(trail).public, image(trail).shared_with) == ("disabled", False, ())
    trail.add("image.enabled", "ami-x", 3)
    assert (image(trail).state, image(trail).shared_with) == ("available", ())


def test_disabling_and_enabling_within_one_second_is_uncertain(trail: Any) -> None:
    made(trail)
    trail.add("image.disabled", "ami-x", 1)
    trail.add("image.enabled", "ami-x", 1)
    assert image(trail).uncertain == ("state",)


def test_deprecation_and_protection_are_set_and_taken_back(trail: Any) -> None:
    made(trail)
    trail.add("image.deprecation_changed", "ami-x", 1, deprecate_at="2027-01-01T00:00:00Z")
    trail.add("image.deregistration_protection_changed", "ami-x", 1, enabled=True, with_cooldown=True)
    assert (image(trail).deprecate_at.year, image(trail).deregistration_protection) == (
        2027,
        "enabled-with-cooldown",
    )
    trail.add("image.deprecation_changed", "ami-x", 2)
    trail.add("image.deregistration_protection_changed", "ami-x", 2, enabled=False)
    assert (image(trail).deprecate_at, image(trail).deregistration_protection) == (None, "disabled")


def test_watermarks_are_attached_detached_and_observed(trail: Any) -> None:
    made(trail)
    trail.add("image.watermark_attached", "ami-x", 1, key="1:gold")
    assert [(each.key, each.source) for each in image(trail).watermarks] == [
        ("1:gold", trail.stream("image", "ami-x"))
    ]
    trail.add("image.watermark_detached", "ami-x", 2, key="1:gold")
    assert image(trail).watermarks == ()


def test_the_owners_view_of_sharing_is_all_there_is(trail: Any) -> None:
    trail.add("image.launch_permission_changed", "ami-x", 1, added=[FRIEND])
    trail.add("image.observed", "ami-x", 10, shared_with=[ALL])
    assert [each.value for each in image(trail).shared_with] == ["all"]


def test_a_snapshots_sharing_and_use_elsewhere_are_kept(trail: Any) -> None:
    trail.add("snapshot.created", "snap-1", 0, operation="create_snapshot", volume_id="vol-1")
    trail.add("snapshot.sharing_changed", "snap-1", 1, added=[FRIEND])
    trail.add("snapshot.used_elsewhere", "snap-1", 2, operation="copied", by_account_id="222233334444")
    trail.add("snapshot.deleted", "snap-1", 3)
    trail.add("snapshot.recovered", "snap-1", 4)
    state = trail.state("snapshot", "snap-1")
    assert (state.state, state.public, len(state.shared_with)) == ("completed", False, 1)
    assert [(each.operation, each.by_account_id) for each in state.used_elsewhere] == [
        ("copied", "222233334444")
    ]


def test_an_instance_belongs_to_the_group_that_it_came_to_last(trail: Any) -> None:
    trail.add("instance.launched", "i-1", image_id="ami-a", tags={"aws:autoscaling:groupName": "web"})
    assert trail.state("instance", "i-1").auto_scaling_group == "web"
    trail.add("instance.group_changed", "i-1", 5)
    assert trail.state("instance", "i-1").auto_scaling_group is None
    trail.add("instance.group_changed", "i-1", 6, auto_scaling_group="api")
    assert trail.state("instance", "i-1").auto_scaling_group == "api"


def test_an_account_is_what_organizations_said_last(trail: Any) -> None:
    trail.add("account.observed", "111122223333", 0, name="build", path=["r", "a"], owner="team@x")
    trail.add("account.observed", "111122223333", 10, name="bake", status="ACTIVE")
    state = trail.state("account", "111122223333")
    assert (state.name, state.state, state.path, state.owner) == ("bake", "ACTIVE", ("r", "a"), "team@x")
