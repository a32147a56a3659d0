"""What can be known of an image from records alone, rule by rule."""

from typing import Any

import pytest

from lineage import close_image, fold

ROOT = "/dev/xvda"
PROVEN = ("register_snapshot", "reconstructed")


def launch(trail: Any, instance: str = "i-1", image: str = "ami-a", at: float = 0, **data: Any) -> str:
    return trail.add("instance.launched", instance, at, image_id=image, root_device_name=ROOT, **data)


def swap(trail: Any, volume: str, at: float = 20, device: str = ROOT) -> str:
    trail.add("instance.volume_detached", "i-1", at - 1, volume_id="vol-old", device_name=device)
    return trail.add("instance.volume_attached", "i-1", at, volume_id=volume, device_name=device)


def proven_snapshot(trail: Any, snapshot: str, image: str, instance: str = "i-9", at: float = 2) -> None:
    launch(trail, instance, image, at - 1)
    trail.add(
        "snapshot.created",
        snapshot,
        at,
        operation="create_snapshots",
        instance_id=instance,
        volume_id=f"vol-of-{instance}",
        set_size=1,
    )


def create(trail: Any, at: float = 30) -> str:
    return trail.add("image.created", "ami-x", at, source_instance_id="i-1")


def register(trail: Any, *disks: tuple[str, str], at: float = 30, **data: Any) -> str:
    mapping = [{"device_name": device, "snapshot_id": snapshot} for device, snapshot in disks]
    event_id = trail.add(
        "image.registered", "ami-x", at, root_device_name=ROOT, block_devices=mapping, **data
    )
    for device, snapshot in disks:
        trail.add("snapshot.backed_image", snapshot, at, image_id="ami-x", device_name=device)
    return event_id


def test_a_copy_comes_from_the_source_image_in_its_region(trail: Any) -> None:
    own = trail.add("image.copied", "ami-x", source_region="eu-west-1", source_image_id="ami-a")
    (parent,) = trail.image().parents
    assert parent.image == "image/aws/eu-west-1/ami-a"
    assert (parent.method, parent.confidence, parent.evidence) == ("copy_image", "recorded", (own,))
    assert trail.image().terminal_reason is None


def test_a_hollow_copy_is_a_missing_event(trail: Any) -> None:
    trail.add("image.copied", "ami-x", incomplete=True)
    assert trail.knowable() == ([], "missing_event")


def test_a_created_image_comes_from_the_launch_image(trail: Any) -> None:
    launched, own = launch(trail), create(trail)
    assert trail.knowable() == ([("ami-a", "create_image", "recorded")], None)
    assert trail.image().parents[0].evidence == (own, launched)
    assert trail.image().parents[0].valid_from == trail.state("image", "ami-x").making.at


def test_an_unknown_launch_is_before_recorded_history(trail: Any) -> None:
    create(trail)
    trail.add("instance.state_changed", "i-1", 40, state="terminated")
    assert trail.knowable() == ([], "before_recorded_history")


def test_a_hollow_launch_is_a_missing_event(trail: Any) -> None:
    trail.add("instance.launched", "i-1", incomplete=True)
    create(trail)
    assert trail.knowable() == ([], "missing_event")


def test_a_created_image_without_its_instance_is_a_missing_event(trail: Any) -> None:
    trail.add("image.created", "ami-x", incomplete=True)
    assert trail.knowable() == ([], "missing_event")


@pytest.mark.parametrize("named", [True, False])
def test_a_swapped_root_is_walked_by_its_device_or_the_usual_ones(trail: Any, named: bool) -> None:
    proven_snapshot(trail, "snap-b", "ami-b")
    trail.add(
        "instance.launched", "i-1", 0, image_id="ami-a", **({"root_device_name": ROOT} if named else {})
    )
    made = trail.add("volume.created", "vol-new", 10, snapshot_id="snap-b")
    attached, own = swap(trail, "vol-new"), create(trail)
    assert trail.knowable() == ([("ami-b", "create_image", "reconstructed")], None)
    assert trail.image().parents[0].evidence[:3] == (own, attached, made)
    assert len(trail.image().parents[0].evidence) == 5


def test_a_swap_after_the_image_was_made_changes_nothing(trail: Any) -> None:
    launch(trail)
    create(trail, 10)
    swap(trail, "vol-new", 20)
    assert trail.knowable() == ([("ami-a", "create_image", "recorded")], None)


def test_a_volume_at_another_device_is_no_swap(trail: Any) -> None:
    launch(trail)
    swap(trail, "vol-new", device="/dev/sdf")
    create(trail)
    assert trail.knowable() == ([("ami-a", "create_image", "recorded")], None)


def test_a_named_root_device_makes_the_other_usual_one_a_data_device(trail: Any) -> None:
    launch(trail)
    swap(trail, "vol-new", device="/dev/sda1")
    create(trail)
    assert trail.knowable() == ([("ami-a", "create_image", "recorded")], None)


@pytest.mark.parametrize(
    ("volume", "reason"),
    [
        ({}, "direct_block_write"),
        ({"snapshot_id": "snap-unseen"}, "before_recorded_history"),
        ({"incomplete": True}, "missing_event"),
        (None, "missing_event"),
    ],
)
def test_a_swapped_root_that_cannot_be_walked_gives_its_reason_and_no_parent(
    trail: Any, volume: dict[str, Any] | None, reason: str
) -> None:
    launch(trail)
    if volume is not None:
        trail.add("volume.created", "vol-new", 10, **volume)
    swap(trail, "vol-new")
    create(trail)
    assert trail.knowable() == ([], reason)


def test_a_root_taken_away_without_another_is_a_missing_event(trail: Any) -> None:
    launch(trail)
    trail.add("instance.volume_detached", "i-1", 10, volume_id="vol-old", device_name=ROOT)
    create(trail)
    assert trail.knowable() == ([], "missing_event")


def test_registering_a_one_volume_instances_snapshot_finds_the_launch_image(trail: Any) -> None:
    proven_snapshot(trail, "snap-1", "ami-a")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-a", *PROVEN)], None)


@pytest.mark.parametrize("data", [{"set_size": 2}, {"set_size": 1, "boot_volume_excluded": True}, {}])
def test_a_snapshot_that_may_be_of_a_data_volume_proves_nothing(trail: Any, data: dict[str, Any]) -> None:
    launch(trail)
    trail.add(
        "snapshot.created",
        "snap-1",
        10,
        operation="create_snapshots",
        instance_id="i-1",
        volume_id="vol-1",
        **data,
    )
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([], "missing_event")


def test_one_of_several_snapshots_is_the_roots_by_recorded_attachment(trail: Any) -> None:
    proven_snapshot(trail, "snap-b", "ami-b")
    launch(trail)
    trail.add("volume.created", "vol-new", 10, snapshot_id="snap-b")
    swap(trail, "vol-new")
    trail.add(
        "snapshot.created",
        "snap-1",
        25,
        operation="create_snapshots",
        instance_id="i-1",
        volume_id="vol-new",
        set_size=2,
    )
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-b", *PROVEN)], None)


def test_a_snapshot_from_before_the_swap_holds_the_launch_image(trail: Any) -> None:
    proven_snapshot(trail, "snap-1", "ami-a", "i-1", 5)
    swap(trail, "vol-new", 20)
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-a", *PROVEN)], None)


def test_a_copied_snapshot_is_walked_to_its_source_in_its_region(trail: Any) -> None:
    proven_snapshot(trail, "snap-1", "ami-a")
    trail.add(
        "snapshot.copied",
        "snap-2",
        5,
        "eu-west-1",
        source_region="us-east-1",
        source_snapshot_id="snap-1",
    )
    trail.add("image.registered", "ami-x", 9, "eu-west-1", block_devices=[{"snapshot_id": "snap-2"}])
    closure = trail._close(trail.stream("image", "ami-x", "eu-west-1"), close_image)
    assert [each.image for each in closure.parents] == ["image/aws/us-east-1/ami-a"]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ({"incomplete": True}, ([("ami-a", *PROVEN)], None)),
        ({"snapshot_id": "snap-unseen"}, ([("ami-a", *PROVEN)], None)),
        ({}, ([], "direct_block_write")),
    ],
)
def test_a_volume_seen_at_the_root_holds_the_launch_image_unless_it_was_seen_to_begin_blank(
    trail: Any, origin: dict[str, Any], expected: object
) -> None:
    launch(trail)
    attachment = {"volume_id": "vol-1", "instance_id": "i-1", "device_name": ROOT}
    trail.add("volume.observed", "vol-1", 4, attachments=[attachment], **origin)
    trail.add("snapshot.created", "snap-1", 5, operation="create_snapshot", volume_id="vol-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == expected


def test_a_bare_snapshot_of_an_unseen_volume_is_a_missing_event(trail: Any) -> None:
    launch(trail)
    trail.add("snapshot.created", "snap-1", 5, operation="create_snapshot", volume_id="vol-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([], "missing_event")


def test_a_snapshot_that_no_record_makes_is_before_recorded_history(trail: Any) -> None:
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([], "before_recorded_history")


def observed_image(trail: Any, image: str, snapshot: str, at: float = 20) -> None:
    trail.add("image.observed", image, at, state="available", block_devices=[{"snapshot_id": snapshot}])
    trail.add("snapshot.backed_image", snapshot, at, image_id=image)


def test_an_unrecorded_snapshot_leads_to_the_one_image_that_it_backed(trail: Any) -> None:
    launch(trail)
    trail.add("image.created", "ami-y", 5, source_instance_id="i-1")
    observed_image(trail, "ami-y", "snap-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-y", *PROVEN)], None)


def test_an_only_observed_image_may_be_the_one_that_a_snapshot_backed(trail: Any) -> None:
    observed_image(trail, "ami-y", "snap-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-y", *PROVEN)], None)


def test_an_unrecorded_snapshot_of_two_images_leads_to_neither(trail: Any) -> None:
    observed_image(trail, "ami-y", "snap-1")
    observed_image(trail, "ami-z", "snap-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([], "before_recorded_history")


def test_an_image_registered_from_a_snapshot_is_not_its_origin(trail: Any) -> None:
    register(trail, (ROOT, "snap-1"))
    observed_image(trail, "ami-x", "snap-1", 50)
    trail.add("image.registered", "ami-w", 60, block_devices=[{"snapshot_id": "snap-1"}])
    trail.add("snapshot.backed_image", "snap-1", 60, image_id="ami-w")
    assert trail.knowable("ami-w") == ([], "before_recorded_history")


def test_volumes_of_two_images_give_two_parents(trail: Any) -> None:
    proven_snapshot(trail, "snap-1", "ami-a")
    proven_snapshot(trail, "snap-2", "ami-b", "i-8")
    register(trail, ("/dev/sdf", "snap-2"), (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-a", *PROVEN), ("ami-b", *PROVEN)], None)


def test_a_proven_data_volume_does_not_hide_an_unproven_root(trail: Any) -> None:
    proven_snapshot(trail, "snap-2", "ami-b")
    register(trail, (ROOT, "snap-1"), ("/dev/sdf", "snap-2"))
    assert trail.knowable() == ([("ami-b", *PROVEN)], "before_recorded_history")


def test_a_manifest_is_an_external_import(trail: Any) -> None:
    trail.add("image.registered", "ami-x", image_location="bucket/image.manifest.xml")
    assert trail.knowable() == ([], "external_import")


def test_a_registration_without_any_mapping_is_a_missing_event(trail: Any) -> None:
    trail.add("image.registered", "ami-x", incomplete=True)
    assert trail.knowable() == ([], "missing_event")


@pytest.mark.parametrize("tagged", [True, False])
def test_an_image_that_no_record_makes_is_before_recorded_history(trail: Any, tagged: bool) -> None:
    if tagged:
        trail.add("image.tagged", "ami-x", tags={"a": "b"})
    assert trail.knowable() == ([], "before_recorded_history")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"owner_alias": "amazon", "owner_account_id": "1"}, "public_root"),
        ({"owner_alias": "aws-marketplace"}, "public_root"),
        ({"owner_account_id": "999"}, "foreign_account"),
        ({"owner_account_id": "111"}, "before_recorded_history"),
        ({"owner_alias": "aws-backup-vault"}, "before_recorded_history"),
    ],
)
def test_an_observed_image_without_a_record_says_whose_it_is(
    trail: Any, data: dict[str, str], reason: str
) -> None:
    trail.add("image.observed", "ami-x", **data)
    assert trail.image(members={"111"}).terminal_reason == reason


def test_what_ec2_names_as_source_is_native(trail: Any) -> None:
    seen = trail.add("image.observed", "ami-x", 60, source_image_id="ami-p", source_image_region="eu-west-1")
    assert trail.knowable() == ([("ami-p", "observed_ancestry", "native")], None)
    own = create(trail)
    assert trail.knowable() == ([("ami-p", "create_image", "native")], None)
    assert trail.image().parents[0].evidence == (own, seen)


def test_ec2_confirms_what_the_record_says(trail: Any) -> None:
    launch(trail)
    create(trail)
    trail.add("image.observed", "ami-x", 60, source_image_id="ami-a")
    assert trail.knowable() == ([("ami-a", "create_image", "native")], None)
    assert not trail.image().divergent


def test_ec2_does_not_hide_a_root_that_was_exchanged(trail: Any) -> None:
    launch(trail)
    trail.add("volume.created", "vol-new", 10)
    swap(trail, "vol-new")
    create(trail)
    trail.add("image.observed", "ami-x", 60, source_image_id="ami-a")
    assert trail.knowable() == ([("ami-a", "observed_ancestry", "native")], "direct_block_write")
    assert trail.image().divergent


def test_an_observed_volume_is_walked_to_its_snapshot(trail: Any) -> None:
    proven_snapshot(trail, "snap-b", "ami-b")
    trail.add("volume.observed", "vol-1", 10, snapshot_id="snap-b")
    trail.add("snapshot.created", "snap-1", 15, operation="create_snapshot", volume_id="vol-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-b", *PROVEN)], None)


def test_a_volume_observed_at_the_root_of_an_instance_holds_its_image(trail: Any) -> None:
    launch(trail)
    attachment = {"volume_id": "vol-1", "instance_id": "i-1", "device_name": ROOT}
    trail.add("volume.observed", "vol-1", 10, snapshot_id="snap-unseen", attachments=[attachment])
    trail.add("snapshot.created", "snap-1", 15, operation="create_snapshot", volume_id="vol-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([("ami-a", *PROVEN)], None)


def test_a_volume_observed_at_a_data_device_holds_nothing_known(trail: Any) -> None:
    launch(trail)
    attachment = {"volume_id": "vol-1", "instance_id": "i-1", "device_name": "/dev/sdf"}
    trail.add("volume.observed", "vol-1", 10, snapshot_id="snap-unseen", attachments=[attachment])
    trail.add("snapshot.created", "snap-1", 15, operation="create_snapshot", volume_id="vol-1")
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([], "before_recorded_history")


def test_a_circle_of_snapshots_ends_as_missing_event(trail: Any) -> None:
    for one, other in (("snap-1", "snap-2"), ("snap-2", "snap-1")):
        trail.add("snapshot.copied", one, source_region="us-east-1", source_snapshot_id=other)
    register(trail, (ROOT, "snap-1"))
    assert trail.knowable() == ([], "missing_event")


def test_a_circle_through_a_root_volume_ends_as_missing_event(trail: Any) -> None:
    launch(trail)
    trail.add("volume.created", "vol-new", 10, snapshot_id="snap-1")
    swap(trail, "vol-new")
    trail.add("snapshot.created", "snap-1", 25, operation="create_snapshot", volume_id="vol-new")
    create(trail)
    assert trail.knowable() == ([], "missing_event")
    assert trail.instance().runs[-1].reason == "missing_event"


def test_an_image_is_never_its_own_parent(trail: Any) -> None:
    launch(trail, image="ami-x")
    create(trail)
    assert trail.knowable() == ([], "missing_event")


def test_a_chain_of_ten_thousand_copies_is_walked(trail: Any) -> None:
    for number in range(10_000):
        trail.add(
            "snapshot.copied",
            f"snap-{number}",
            source_region="us-east-1",
            source_snapshot_id=f"snap-{number + 1}",
        )
    register(trail, (ROOT, "snap-0"))
    by_stream: dict[str, list[Any]] = {}
    for event in trail.events:
        by_stream.setdefault(event.stream_id, []).append(event)
    by_stream.setdefault(trail.stream("snapshot", "snap-10000"), [])
    states = {stream_id: fold(stream_id, events) for stream_id, events in by_stream.items()}
    closure = close_image(trail.stream("image", "ami-x"), states)
    assert closure.terminal_reason == "before_recorded_history"


def test_an_instance_runs_its_launch_image_until_it_ends(trail: Any) -> None:
    launch(trail)
    trail.add("instance.state_changed", "i-1", 60, state="terminated")
    (run,) = trail.instance().runs
    state = trail.state("instance", "i-1")
    assert (run.image, run.confidence) == (trail.stream("image", "ami-a"), "recorded")
    assert (run.valid_from, run.valid_to) == (state.launched_at, state.terminated_at)


def test_an_instance_runs_what_a_new_root_holds_from_the_swap_on(trail: Any) -> None:
    proven_snapshot(trail, "snap-b", "ami-b")
    launch(trail)
    trail.add("volume.created", "vol-new", 10, snapshot_id="snap-b")
    swap(trail, "vol-new")
    first, gap, second = trail.instance().runs
    assert [each.image for each in (first, gap, second)] == [
        trail.stream("image", "ami-a"),
        None,
        trail.stream("image", "ami-b"),
    ]
    assert (second.confidence, second.valid_to) == ("reconstructed", None)
    assert (first.valid_to, gap.valid_to) == (gap.valid_from, second.valid_from)


def test_an_instance_of_unknown_launch_runs_nothing_known(trail: Any) -> None:
    trail.add("instance.state_changed", "i-1", state="running")
    assert trail.instance().runs == ()
    assert trail.instance().terminal_reason == "before_recorded_history"


def test_an_observed_instance_of_unknown_launch_runs_what_ec2_names(trail: Any) -> None:
    trail.add("instance.observed", "i-1", 10, image_id="ami-a")
    create(trail)
    assert trail.knowable() == ([("ami-a", "create_image", "reconstructed")], None)


def test_an_image_that_ec2_replaced_is_seen_from_then_on(trail: Any) -> None:
    launch(trail)
    trail.add("instance.observed", "i-1", 20, image_id="ami-b")
    create(trail)
    assert trail.knowable() == ([("ami-b", "create_image", "reconstructed")], None)
    assert [each.image.rpartition("/")[2] for each in trail.instance().runs] == ["ami-a", "ami-b"]
