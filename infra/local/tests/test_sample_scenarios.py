"""Every case occurs: ways to an image, outcomes, treatment of images, and what a trail has beside success."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ami_lineage_local.sample import generate
from ami_lineage_local.sample.scenarios.catalogue import COMMON, FLEETS, TREATMENTS, UNUSUAL

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


MECHANISMS = {card.__name__ for card in (*COMMON, *UNUSUAL, *TREATMENTS, *FLEETS)} | {
    "failed_image",
    "spot_interrupted",
}
# Operations of EC2; other services have one shape only.
BOTH_ENCODINGS = {
    "AttachImageWatermark",
    "AttachVolume",
    "CancelImageLaunchPermission",
    "CopyImage",
    "CopySnapshot",
    "CreateFleet",
    "CreateImage",
    "CreateLaunchTemplate",
    "CreateLaunchTemplateVersion",
    "CreateReplaceRootVolumeTask",
    "CreateRestoreImageTask",
    "CreateSnapshot",
    "CreateSnapshots",
    "CreateStoreImageTask",
    "CreateTags",
    "CreateVolume",
    "DeleteSnapshot",
    "DeleteTags",
    "DeregisterImage",
    "DetachImageWatermark",
    "DetachVolume",
    "DisableImage",
    "DisableImageDeprecation",
    "DisableImageDeregistrationProtection",
    "EnableImage",
    "EnableImageDeprecation",
    "EnableImageDeregistrationProtection",
    "ImportImage",
    "ImportSnapshot",
    "ModifyImageAttribute",
    "ModifyLaunchTemplate",
    "ModifySnapshotAttribute",
    "RegisterImage",
    "RequestSpotInstances",
    "ResetImageAttribute",
    "RestoreImageFromRecycleBin",
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "TerminateInstances",
}
ONE_ENCODING = {
    "CompleteSnapshot",
    "CreateAutoScalingGroup",
    "CreateImageRecipe",
    "CreateLaunchConfiguration",
    "DeleteAutoScalingGroup",
    "LabelParameterVersion",
    "PutParameter",
    "StartInstanceRefresh",
    "StartSnapshot",
    "UpdateAutoScalingGroup",
}


@pytest.mark.parametrize(
    ("seed", "accounts", "days"), [(0, 3, 30), (1, 6, 90), (2, 12, 30), (3, 20, 60), (4, 5, 45)]
)
def test_three_hundred_images_show_every_mechanism_in_both_encodings(
    tmp_path: Path, seed: int, accounts: int, days: int
) -> None:
    generate(tmp_path / "s", accounts=accounts, images=300, days=days, seed=seed)
    truth = json.loads((tmp_path / "s" / "truth.json").read_text())
    images = truth["images"].values()
    assert set(truth["mechanisms"]) == MECHANISMS, truth["mechanisms"]
    assert all(truth["mechanisms"].values())
    both = {f"{name} {shape}" for name in BOTH_ENCODINGS for shape in ("plain", "wrapped")}
    assert set(truth["operations"]) == both | {f"{name} plain" for name in ONE_ENCODING}
    seen = {image["scenario"] for image in images}
    assert {scenario.__name__ for scenario in UNUSUAL} <= seen
    assert {"golden", "bake_application", "copy_region", "copy_account", "public_root"} <= seen
    assert {
        (image["method"], image["knowable"]["terminal_reason"]) for image in images if image["recorded"]
    } >= OUTCOMES
    assert any(len(image["knowable"]["parents"]) > 1 for image in images)
    edges = {
        (each["method"], each["confidence"]) for image in images for each in image["knowable"]["parents"]
    }
    assert edges == {
        ("create_image", "recorded"),
        ("create_image", "reconstructed"),
        ("copy_image", "recorded"),
        ("register_snapshot", "reconstructed"),
        ("restore_image", "reconstructed"),
        ("restore_image", "inferred"),
        ("snapshot_description", "inferred"),
        ("import_image", "reconstructed"),
    }
    assert {stream.split("/")[1] for stream in truth["images"]} == {"aws", "aws-cn", "aws-us-gov"}
    knowable = [group["knowable"] for group in truth["groups"].values()]
    assert {(bool(each["launches"]), each["unknown"]) for each in knowable} == {
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    }


OUTCOMES = {
    ("create_image", "before_recorded_history"),
    ("create_image", "direct_block_write"),
    ("create_image", "missing_event"),
    ("register_snapshot", "before_recorded_history"),
    ("register_snapshot", "direct_block_write"),
    ("register_snapshot", "missing_event"),
    ("register_snapshot", "external_import"),
    ("register_manifest", "external_import"),
    ("import_image", "external_import"),
    ("import_image", "before_recorded_history"),
    ("restore_image", "before_recorded_history"),
}


def test_truth_differs_from_what_aws_says_where_a_root_was_exchanged(sample: Sample) -> None:
    launched_from = {
        each["instance_id"]: each["launched_from"] for each in sample.truth["instances"].values()
    }
    swapped = [each for each in sample.truth["images"].values() if each["scenario"] == "swap_found"]
    sources = {
        record["responseElements"]["imageId"]: record["requestParameters"]["instanceId"]
        for record in sample.calls("CreateImage")
        if record.get("requestParameters")
        and "imageId" in (record["responseElements"] or {})
        and "instanceId" in record["requestParameters"]
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
    assert {each["userIdentity"].get("invokedBy") for each in launches} == {
        None,
        "autoscaling.amazonaws.com",
        "ec2fleet.amazonaws.com",
        "imagebuilder.amazonaws.com",
        "spot.amazonaws.com",
    }
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


def test_only_what_is_disputed_changes_twice_in_one_second(sample: Sample) -> None:
    moments: Counter[tuple[str, str]] = Counter()
    seen = set()
    for name in ("ModifyImageAttribute", "CreateTags", "DeleteTags", "DeregisterImage", "DisableImage"):
        for record in sample.calls(name):
            if not record.get("responseElements") or record["eventID"] in seen:
                continue
            seen.add(record["eventID"])
            for image_id in set(re.findall(r"ami-[0-9a-f]{17}", json.dumps(record["requestParameters"]))):
                moments[record["eventTime"], image_id] += 1
    twice = {image_id for (_, image_id), count in moments.items() if count > 1}
    disputed = {image["image_id"] for image in sample.truth["images"].values() if image["disputed"]}
    assert twice == disputed != set()
