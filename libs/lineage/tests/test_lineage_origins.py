"""Where images come from besides CreateImage, CopyImage and RegisterImage: what is claimed and what is not."""

from typing import Any

import pytest

from lineage import close_image

ROOT = "/dev/xvda"
GOV = "us-gov-west-1"


def restore(trail: Any, key: str = "ami-a.bin", at: float = 30) -> str:
    return trail.add("image.restored", "ami-x", at, bucket="vault", object_key=key)


def store(trail: Any, image: str = "ami-a", at: float = 10, key: str = "ami-a.bin", **data: Any) -> str:
    return trail.add(
        "stored_object.written", f"vault/{key}", at, image_id=image, **({"region": "us-east-1"} | data)
    )


def launch(trail: Any, instance: str = "i-1", image: str = "ami-a", at: float = 0) -> str:
    return trail.add("instance.launched", instance, at, image_id=image, root_device_name=ROOT)


def proven_snapshot(trail: Any, snapshot: str = "snap-b", image: str = "ami-b", at: float = 2) -> None:
    launch(trail, "i-9", image, at - 1)
    data = {"operation": "create_snapshots", "instance_id": "i-9", "volume_id": "vol-9", "set_size": 1}
    trail.add("snapshot.created", snapshot, at, **data)


def register(trail: Any, snapshot: str = "snap-1", at: float = 30) -> str:
    disk = {"device_name": ROOT, "snapshot_id": snapshot}
    return trail.add("image.registered", "ami-x", at, root_device_name=ROOT, block_devices=[disk])


def create(trail: Any, at: float = 30) -> str:
    return trail.add("image.created", "ami-x", at, source_instance_id="i-1")


def test_a_restored_image_comes_from_what_was_stored_last_before_it(trail: Any) -> None:
    store(trail, "ami-old", 5)
    written = store(trail, "ami-a", 30)
    store(trail, "ami-later", 31)
    own = restore(trail)
    assert trail.knowable() == ([("ami-a", "restore_image", "reconstructed")], None)
    assert trail.image().parents[0].evidence == (own, written)


def test_a_stored_image_of_another_region_is_named_there(trail: Any) -> None:
    store(trail, region="eu-west-1")
    restore(trail)
    assert trail.image().parents[0].image == "image/aws/eu-west-1/ami-a"


def test_an_object_that_was_written_after_the_restore_is_no_parent(trail: Any) -> None:
    store(trail, at=31)
    restore(trail)
    assert trail.knowable() == ([], "before_recorded_history")


def test_ec2s_word_counts_where_nobody_saw_the_object_written(trail: Any) -> None:
    trail.add("image.tagged", "ami-a", tags={"a": "b"})
    restore(trail)
    trail.add("image.observed", "ami-x", 60, source_image_id="ami-p", source_image_region="us-east-1")
    assert trail.knowable() == ([("ami-p", "restore_image", "native")], None)


def test_the_name_of_an_object_suggests_an_image_that_is_known(trail: Any) -> None:
    own = restore(trail, "backup/ami-a.bin")
    assert trail.knowable() == ([], "before_recorded_history")
    trail.add("image.tagged", "ami-a", 1, tags={"a": "b"})
    assert trail.knowable() == ([], "before_recorded_history")
    seen = trail.add("image.observed", "ami-a", 2, state="available")
    assert trail.knowable() == ([("ami-a", "restore_image", "inferred")], None)
    assert trail.image().parents[0].evidence == (own, seen)


def test_a_name_of_an_object_that_is_no_image_id_suggests_nothing(trail: Any) -> None:
    trail.add("image.created", "ami-a")
    restore(trail, "golden-ami-a.bin")
    assert trail.knowable() == ([], "before_recorded_history")


def test_a_source_in_another_partition_ends_the_chain(trail: Any) -> None:
    restore(trail, "free.bin")
    trail.add("image.observed", "ami-x", 60, source_image_id="ami-p", source_image_region=GOV)
    assert trail.knowable() == ([], "other_partition")


def test_an_import_from_outside_has_no_parent(trail: Any) -> None:
    trail.add("image.imported", "ami-x", import_task_id="import-ami-1", sources=[{"url": "s3://b/d.vmdk"}])
    assert trail.knowable() == ([], "external_import")


def test_an_import_without_sources_of_its_own_has_those_of_its_task(trail: Any) -> None:
    proven_snapshot(trail)
    source = {"snapshot_id": "snap-b"}
    started = trail.add("import_task.started", "import-ami-1", 5, operation="import_image", sources=[source])
    own = trail.add("image.imported", "ami-x", 30, import_task_id="import-ami-1")
    assert trail.knowable() == ([("ami-b", "import_image", "reconstructed")], None)
    assert trail.image().parents[0].evidence[:2] == (own, started)


def test_an_imported_snapshot_that_cannot_be_walked_says_why(trail: Any) -> None:
    trail.add("image.imported", "ami-x", 30, sources=[{"snapshot_id": "snap-unseen"}])
    assert trail.knowable() == ([], "before_recorded_history")


def test_an_import_of_a_snapshot_and_a_disk_has_a_parent_and_an_outside(trail: Any) -> None:
    proven_snapshot(trail)
    trail.add("image.imported", "ami-x", 30, sources=[{"snapshot_id": "snap-b"}, {"url": "s3://b/d.vmdk"}])
    assert trail.knowable() == ([("ami-b", "import_image", "reconstructed")], "external_import")


@pytest.mark.parametrize(
    ("event_type", "data", "reason"),
    [
        (
            "snapshot.created",
            {"operation": "start_snapshot", "parent_snapshot_id": "snap-b"},
            "direct_block_write",
        ),
        ("snapshot.imported", {"import_task_id": "import-snap-1"}, "external_import"),
    ],
)
def test_blocks_from_outside_end_the_chain(trail: Any, event_type: str, data: Any, reason: str) -> None:
    proven_snapshot(trail)
    trail.add(event_type, "snap-1", 20, **data)
    trail.add("snapshot.observed", "snap-1", 25, description="Created by CreateImage(i-9) for ami-a")
    register(trail)
    assert trail.knowable() == ([], reason)


def test_ebs_tells_of_a_copy_whose_record_is_missing(trail: Any) -> None:
    proven_snapshot(trail)
    copy = {"operation": "copy_snapshot", "source_snapshot_id": "snap-b", "source_region": "us-east-1"}
    trail.add("snapshot.completed", "snap-1", 20, succeeded=True, **copy)
    register(trail)
    assert trail.knowable() == ([("ami-b", "register_snapshot", "reconstructed")], None)


def test_ebs_telling_of_a_failure_proves_nothing(trail: Any) -> None:
    proven_snapshot(trail)
    copy = {"operation": "copy_snapshot", "source_snapshot_id": "snap-b", "source_region": "us-east-1"}
    trail.add("snapshot.completed", "snap-1", 20, succeeded=False, **copy)
    register(trail)
    assert trail.knowable() == ([], "before_recorded_history")
    assert trail.state("snapshot", "snap-1").state == "error"


def test_a_record_counts_before_what_ebs_tells(trail: Any) -> None:
    proven_snapshot(trail)
    trail.add("snapshot.copied", "snap-1", 19, source_region="us-east-1", source_snapshot_id="snap-b")
    other = {"operation": "copy_snapshot", "source_snapshot_id": "snap-other", "source_region": "us-east-1"}
    trail.add("snapshot.completed", "snap-1", 20, succeeded=True, **other)
    register(trail)
    assert trail.knowable()[0] == [("ami-b", "register_snapshot", "reconstructed")]


def test_a_copied_volume_holds_what_its_source_holds(trail: Any) -> None:
    proven_snapshot(trail)
    trail.add("volume.created", "vol-1", 5, snapshot_id="snap-b")
    trail.add("volume.created", "vol-2", 6, source_volume_id="vol-1", incomplete=True)
    trail.add("snapshot.created", "snap-1", 7, operation="create_snapshot", volume_id="vol-2")
    register(trail)
    assert trail.knowable()[0] == [("ami-b", "register_snapshot", "reconstructed")]


def test_a_root_replaced_by_an_image_runs_that_image_from_then_on(trail: Any) -> None:
    launch(trail)
    replaced = trail.add("instance.root_volume_replaced", "i-1", 20, image_id="ami-b")
    own = create(trail)
    assert trail.knowable() == ([("ami-b", "create_image", "recorded")], None)
    assert trail.image().parents[0].evidence == (own, replaced)
    first, second = trail.instance().runs
    assert (second.image, second.confidence) == ("image/aws/us-east-1/ami-b", "recorded")
    assert first.valid_to == second.valid_from


def test_an_observation_of_the_image_that_replaced_the_root_is_no_change(trail: Any) -> None:
    launch(trail)
    trail.add("instance.root_volume_replaced", "i-1", 20, image_id="ami-b")
    trail.add("instance.observed", "i-1", 40, image_id="ami-b")
    assert len(trail.instance().runs) == 2
    trail.add("instance.observed", "i-1", 50, image_id="ami-c")
    assert trail.instance().runs[-1].image == "image/aws/us-east-1/ami-c"


def test_a_root_replaced_by_a_snapshot_is_walked(trail: Any) -> None:
    proven_snapshot(trail)
    launch(trail)
    trail.add("instance.root_volume_replaced", "i-1", 20, snapshot_id="snap-b")
    create(trail)
    assert trail.knowable() == ([("ami-b", "create_image", "reconstructed")], None)


def test_a_root_replaced_by_an_unseen_snapshot_is_not_known(trail: Any) -> None:
    launch(trail)
    trail.add("instance.root_volume_replaced", "i-1", 20, snapshot_id="snap-unseen")
    create(trail)
    assert trail.knowable() == ([], "before_recorded_history")
    assert trail.instance().runs[-1].image is None


def test_a_root_replaced_by_nothing_named_is_as_it_was_launched(trail: Any) -> None:
    launch(trail)
    trail.add("instance.root_volume_replaced", "i-1", 10, image_id="ami-b")
    trail.add("instance.root_volume_replaced", "i-1", 20)
    create(trail)
    assert trail.knowable() == ([("ami-a", "create_image", "recorded")], None)


def test_a_hollow_replacement_of_the_root_claims_nothing(trail: Any) -> None:
    launch(trail)
    trail.add("instance.root_volume_replaced", "i-1", 20, incomplete=True)
    create(trail)
    assert trail.knowable() == ([], "missing_event")


def test_a_hollow_import_is_a_missing_event(trail: Any) -> None:
    trail.add("image.imported", "ami-x", incomplete=True)
    assert trail.knowable() == ([], "missing_event")


def test_a_fleets_answer_stands_in_for_a_launch_and_is_none_beside_one(trail: Any) -> None:
    fleet = {"operation": "create_fleet", "image": {"image_id": "ami-a"}}
    trail.add("instance.fleet_launched", "i-1", 1, **fleet)
    assert [(each.image, each.confidence) for each in trail.instance().runs] == [
        ("image/aws/us-east-1/ami-a", "recorded")
    ]
    trail.add("instance.launched", "i-1", 1, image_id="ami-b")
    assert [each.image for each in trail.instance().runs] == ["image/aws/us-east-1/ami-b"]


def test_a_fleets_answer_without_a_literal_image_is_a_missing_event(trail: Any) -> None:
    trail.add("instance.fleet_launched", "i-1", 1, operation="create_fleet", image={"parameter": "golden"})
    assert [(each.image, each.reason) for each in trail.instance().runs] == [(None, "missing_event")]


DESCRIBED = "Created by CreateImage(i-1a) for ami-0a"


def describe(trail: Any, text: str, image: str = "ami-x") -> None:
    disk = {"device_name": ROOT, "snapshot_id": "snap-1"}
    trail.add("image.observed", image, 60, block_devices=[disk], root_device_name=ROOT)
    trail.add("snapshot.observed", "snap-1", 60, description=text, started_at="2026-11-20T10:30:00Z")


def test_a_description_suggests_the_image_that_its_instance_ran(trail: Any) -> None:
    describe(trail, DESCRIBED, "ami-0a")
    assert trail.knowable("ami-0a") == ([], "before_recorded_history")
    launch(trail, "i-1a")
    assert trail.knowable("ami-0a") == ([("ami-a", "snapshot_description", "inferred")], None)


def test_a_snapshot_described_as_another_images_suggests_that_image(trail: Any) -> None:
    describe(trail, DESCRIBED, "ami-y")
    register(trail)
    assert trail.knowable() == ([], "before_recorded_history")
    trail.add("image.created", "ami-0a", 10)
    assert trail.knowable() == ([("ami-0a", "snapshot_description", "inferred")], None)


def test_a_chain_counts_before_a_description(trail: Any) -> None:
    proven_snapshot(trail, "snap-1")
    trail.add("image.created", "ami-0a", 10)
    trail.add("snapshot.observed", "snap-1", 60, description=DESCRIBED)
    register(trail)
    assert trail.knowable() == ([("ami-b", "register_snapshot", "reconstructed")], None)


COPIED = (
    "Copied for DestinationAmi ami-0b from SourceAmi ami-0a for SourceSnapshot snap-0c. Task created on 1."
)


def test_a_copy_described_without_its_region_suggests_a_source_only_where_that_is_known(trail: Any) -> None:
    describe(trail, COPIED, "ami-0b")
    assert trail.knowable("ami-0b") == ([], "before_recorded_history")
    trail.add("image.observed", "ami-0a", 5, "eu-west-1", state="available")
    assert trail.knowable("ami-0b") == ([], "before_recorded_history")
    trail.add("image.observed", "ami-0a", 5, state="available")
    assert trail.knowable("ami-0b") == ([("ami-0a", "snapshot_description", "inferred")], None)


def test_ancestry_speaks_of_images_that_have_no_events(trail: Any) -> None:
    steps = [
        {"image_id": "ami-x", "source_image_id": "ami-p", "source_region": "eu-west-1"},
        {"image_id": "ami-p", "source_image_id": "ami-g", "source_region": "ap-south-1"},
        {"image_id": "ami-g", "source_image_id": "ami-beyond"},
    ]
    seen = trail.add("image.observed", "ami-x", 60, ancestry=steps)
    assert trail.knowable() == ([("ami-p", "observed_ancestry", "native")], None)
    above = trail._close("image/aws/eu-west-1/ami-p", close_image)
    assert [(each.image, each.confidence, each.evidence) for each in above.parents] == [
        ("image/aws/ap-south-1/ami-g", "native", (seen,))
    ]
    end = trail._close("image/aws/ap-south-1/ami-g", close_image)
    assert (end.parents, end.terminal_reason) == ((), "before_recorded_history")


def test_ancestry_that_contradicts_the_records_of_an_image_below_is_shown(trail: Any) -> None:
    launch(trail)
    create(trail)
    steps = [
        {"image_id": "ami-y", "source_image_id": "ami-x"},
        {"image_id": "ami-x", "source_image_id": "ami-q"},
        {"image_id": "ami-q", "owner_alias": "amazon"},
    ]
    trail.add("image.observed", "ami-y", 60, ancestry=steps)
    closure = trail.image()
    assert closure.divergent
    assert {each.image.rpartition("/")[2] for each in closure.parents} == {"ami-a", "ami-q"}
    assert trail.knowable("ami-q") == ([], "public_root")


def watermark(trail: Any, source: str) -> None:
    mark = {"key": "1:gold", "source_image_id": source, "source_region": "us-east-1"}
    trail.add("image.observed", "ami-x", 60, watermarks=[mark])


def base(trail: Any) -> None:
    """ami-a is Amazon's, ami-g is made of it, ami-x of ami-g."""
    trail.add("image.observed", "ami-a", 0, owner_alias="amazon")
    trail.add("instance.launched", "i-0", 1, image_id="ami-a")
    trail.add("image.created", "ami-g", 2, source_instance_id="i-0")
    trail.add("instance.launched", "i-1", 3, image_id="ami-g")
    create(trail)


@pytest.mark.parametrize(("source", "divergent"), [("ami-g", False), ("ami-x", False), ("ami-w", True)])
def test_a_watermark_of_an_image_that_is_no_ancestor_is_shown(
    trail: Any, source: str, divergent: bool
) -> None:
    base(trail)
    watermark(trail, source)
    assert trail.image().divergent is divergent
    assert trail.knowable() == ([("ami-g", "create_image", "recorded")], None)


def test_a_watermark_beyond_an_end_that_is_not_known_contradicts_nothing(trail: Any) -> None:
    launch(trail)
    create(trail)
    watermark(trail, "ami-w")
    assert not trail.image().divergent
    trail.add("image.created", "ami-w", 20, source_instance_id="i-7")
    assert not trail.image().divergent
    trail.events.pop()
    trail.add("image.created", "ami-w", 40, source_instance_id="i-7")
    assert trail.image().divergent, "it was made after the image at the end, so it cannot be above it"


@pytest.mark.parametrize(
    ("members", "reason"), [({"1"}, "foreign_account"), (None, "before_recorded_history")]
)
def test_a_snapshot_of_another_account_is_foreign_where_the_owner_is_known_to_be(
    trail: Any, members: set[str] | None, reason: str
) -> None:
    register(trail)
    trail.add("snapshot.observed", "snap-1", 60, owner_account_id="999")
    assert trail.image(members=members).terminal_reason == reason


def test_a_hollow_record_is_filled_by_an_observation(trail: Any) -> None:
    trail.add("image.copied", "ami-x", incomplete=True)
    assert trail.knowable() == ([], "missing_event")
    trail.add("image.observed", "ami-x", 60, source_image_id="ami-p", source_image_region="eu-west-1")
    assert trail.knowable() == ([("ami-p", "copy_image", "native")], None)
