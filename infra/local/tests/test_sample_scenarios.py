"""Every case occurs: ways to an image, outcomes, treatment of images, and what a trail has beside success."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ami_lineage_local.sample import generate
from ami_lineage_local.sample.scenarios.catalogue import UNUSUAL

Json = dict[str, Any]
EC2 = "ec2.amazonaws.com"


class Sample:
    def __init__(self, out: Path) -> None:
        self.truth: Json = json.loads((out / "truth.json").read_text())
        self.records: list[Json] = [
            record
            for path in sorted(out.rglob("*.json.gz"))
            for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
        ]

    def calls(self, operation: str) -> list[Json]:
        return [
            each for each in self.records if each["eventSource"] == EC2 and each["eventName"] == operation
        ]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    out = tmp_path_factory.mktemp("sample")
    generate(out, accounts=12, images=300, days=90, seed=7)
    return Sample(out)


@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_images_show_every_unusual_way(tmp_path: Path, seed: int) -> None:
    generate(tmp_path / "s", accounts=6, images=200, days=30, seed=seed)
    images = json.loads((tmp_path / "s" / "truth.json").read_text())["images"].values()
    seen = {image["scenario"] for image in images}
    assert {scenario.__name__ for scenario in UNUSUAL} <= seen
    assert {"golden", "bake_application", "copy_region", "copy_account", "public_root"} <= seen
    outcomes = {
        (image["method"], image["knowable"]["terminal_reason"]) for image in images if image["recorded"]
    }
    assert {
        ("create_image", "before_recorded_history"),
        ("create_image", "direct_block_write"),
        ("create_image", "missing_event"),
        ("register_snapshot", "before_recorded_history"),
        ("register_snapshot", "direct_block_write"),
        ("register_snapshot", "missing_event"),
        ("register_manifest", "external_import"),
    } <= outcomes
    assert any(len(image["knowable"]["parents"]) > 1 for image in images)
    edges = {
        (each["method"], each["confidence"]) for image in images for each in image["knowable"]["parents"]
    }
    assert edges == {
        ("create_image", "recorded"),
        ("create_image", "reconstructed"),
        ("copy_image", "recorded"),
        ("register_snapshot", "reconstructed"),
    }


def test_truth_differs_from_what_aws_says_where_a_root_was_exchanged(sample: Sample) -> None:
    launched_from = {
        each["instance_id"]: each["launched_from"] for each in sample.truth["instances"].values()
    }
    swapped = [each for each in sample.truth["images"].values() if each["scenario"] == "swap_found"]
    sources = {
        record["responseElements"]["imageId"]: record["requestParameters"]["instanceId"]
        for record in sample.calls("CreateImage")
        if record.get("responseElements") and "imageId" in record["responseElements"]
    }
    compared = [each for each in swapped if each["image_id"] in sources]
    assert compared
    for image in compared:
        assert launched_from[sources[image["image_id"]]] not in image["actual_parents"]


def test_images_are_shared_public_untagged_and_retired_in_use(sample: Sample) -> None:
    images = sample.truth["images"]
    kinds = {each["kind"] for image in images.values() for each in image["shared_with"]}
    assert kinds == {"account", "group", "organization", "organizational_unit"}
    assert any(image["public"] for image in images.values())
    assert any(image["recorded"] and "Owner" not in image["tags"] for image in images.values())
    assert any(
        {"Owner", "Environment", "Version", "Approved"} <= set(image["tags"]) for image in images.values()
    )
    used = {
        each["launched_from"] for each in sample.truth["instances"].values() if each["state"] == "running"
    }
    assert any(images[each]["state"] == "deregistered" for each in used)
    states = {each["state"] for each in sample.truth["instances"].values()}
    assert states == {"running", "stopped", "terminated"}


def test_a_tag_deleted_by_another_value_stays(sample: Sample) -> None:
    retagged = [image["tags"] for image in sample.truth["images"].values() if image["tags"].get("Stage")]
    assert retagged
    assert all(tags["Stage"] == "released" for tags in retagged)
    assert all("Temporary" not in tags and "Reviewed" not in tags for tags in retagged)


def test_launches_come_in_groups_by_hand_and_through_templates(sample: Sample) -> None:
    launches = [
        each
        for each in sample.calls("RunInstances")
        if each.get("responseElements") and "instancesSet" in each["responseElements"]
    ]
    assert any(len(each["responseElements"]["instancesSet"]["items"]) > 2 for each in launches)
    assert {each["userIdentity"].get("invokedBy") for each in launches} == {None, "autoscaling.amazonaws.com"}
    asked = [each["requestParameters"]["instancesSet"]["items"][0] for each in launches]
    assert {"imageId" in each for each in asked} == {True, False}


def test_failures_and_dry_runs_have_no_response(sample: Sample) -> None:
    failed = [record for record in sample.records if "errorCode" in record]
    assert {"Client.UnauthorizedOperation", "Client.DryRunOperation"} <= {
        each["errorCode"] for each in failed
    }
    assert all(each["responseElements"] is None and each["errorMessage"] for each in failed)


def test_hollow_calls_are_null_or_absent(sample: Sample) -> None:
    hollow = [
        record
        for name in ("RunInstances", "CreateImage", "CopyImage", "RegisterImage")
        for record in sample.calls(name)
        if record.get("requestParameters") is None
    ]
    assert {record["eventName"] for record in hollow} == {
        "RunInstances",
        "CreateImage",
        "CopyImage",
        "RegisterImage",
    }
    assert {"requestParameters" in record for record in hollow} == {True, False}


def test_other_services_use_the_same_action_names(sample: Sample) -> None:
    foreign = {
        (each["eventSource"], each["eventName"]) for each in sample.records if each["eventSource"] != EC2
    }
    assert {
        ("appstream.amazonaws.com", "CreateImage"),
        ("elasticache.amazonaws.com", "CopySnapshot"),
    } <= foreign


def test_no_image_changes_twice_in_one_second(sample: Sample) -> None:
    changes = {
        (record["eventID"], record["eventTime"], image_id)
        for name in ("ModifyImageAttribute", "CreateTags", "DeleteTags", "DeregisterImage")
        for record in sample.calls(name)
        if record.get("responseElements")
        for image_id in set(re.findall(r"ami-[0-9a-f]{17}", json.dumps(record["requestParameters"])))
    }
    moments = Counter((moment, image_id) for _, moment, image_id in changes)
    assert max(moments.values()) == 1
