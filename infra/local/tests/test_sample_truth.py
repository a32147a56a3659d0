"""A reader that knows only the rules walks the records and must arrive at the truth that the generator wrote."""

import json
from typing import Any

import pytest
from second_opinion import Reader
from second_reading import image_stream

from ami_lineage_local.sample import generate

Json = dict[str, Any]
LATER = "9999"


@pytest.fixture(scope="module", params=[7, 8])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Json, Reader]:
    out = tmp_path_factory.mktemp("sample")
    generate(out, accounts=12, images=300, days=90, seed=request.param)
    return json.loads((out / "truth.json").read_text()), Reader(out)


def test_records_alone_lead_to_exactly_the_knowable_parents(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for stream_id, image in truth["images"].items():
        expected = {key: image["knowable"][key] for key in ("parents", "terminal_reason")}
        expected["parents"].sort(key=lambda each: each["image"])
        assert reader.knowable(image["image_id"]) == expected, (stream_id, image["scenario"])


def test_records_alone_tell_what_every_instance_runs(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for instance in truth["instances"].values():
        assert reader.runs(instance["instance_id"], LATER)[0] == instance["knowable_runs"]
        if instance["recorded"]:
            launch = reader.launches[instance["instance_id"]]
            assert instance["launched_from"] == image_stream(instance["region"], launch["imageId"])
            assert reader.states[instance["instance_id"]] == instance["knowable_state"]


def test_records_alone_tell_what_every_instance_ran_when(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for instance in truth["instances"].values():
        for run in instance["runs"]:
            image, how = reader.runs(instance["instance_id"], run["from"])
            assert image == run["knowable"]
            assert how == (run["confidence"] or run["reason"])
            assert image in (None, run["actual"])
        begins = [run["from"] for run in instance["runs"]]
        assert begins == sorted(set(begins))
        if instance["runs"] and instance["knowable_state"] in ("shutting-down", "terminated"):
            assert instance["runs"][-1]["to"] == reader.ended[instance["instance_id"]]


def test_an_instance_is_launched_once(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    assert set(reader.launches) & set(reader.fleets)
    assert set(reader.fleets) - set(reader.launches)
    recorded = {each["instance_id"] for each in truth["instances"].values() if each["recorded"]}
    assert set(reader.launches) == recorded


def test_tags_sharing_state_and_names_of_images_are_those_of_the_records(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    recorded = {each["image_id"]: each for each in truth["images"].values() if each["recorded"]}
    assert set(reader.images) == set(recorded)
    for image_id, image in recorded.items():
        record, request = reader.images[image_id]["record"], reader.images[image_id]["request"]
        assert image["name"] == request.get("name")
        assert image["created_at"] == record["eventTime"]
        assert image["created_by"] == record["userIdentity"]["arn"]
        assert image["account_id"] == record["recipientAccountId"]
        assert image["tags"] == reader.tags[image_id]
        disputed = {(each["kind"], each["value"]) for each in image["disputed"]}
        shared = {(each["kind"], each["value"]) for each in image["shared_with"]} - disputed
        assert shared == set(reader.shares[image_id]) - disputed
        assert image["public"] == (("group", "all") in shared)
        assert (image["state"] == "deregistered") == (image_id in reader.gone)


def test_every_parent_is_in_the_truth_and_no_image_descends_from_itself(sample: tuple[Json, Reader]) -> None:
    truth, _ = sample
    images = truth["images"]

    def depth(stream_id: str, below: tuple[str, ...] = ()) -> int:
        assert stream_id not in below
        parents = images[stream_id]["actual_parents"]
        return max((depth(each, (*below, stream_id)) + 1 for each in parents), default=0)

    depths = [depth(stream_id) for stream_id in images]
    assert 5 <= max(depths) <= 8
    for image in images.values():
        known = image["knowable"]
        assert all(each["image"] in images for each in known["parents"])
        assert bool(known["parents"]) != bool(known["terminal_reason"])
        # What can be proven is true: the records never prove a parent that is none.
        assert {each["image"] for each in known["parents"]} <= set(image["actual_parents"])
    for instance in truth["instances"].values():
        assert instance["launched_from"] in images
        assert instance["knowable_runs"] in (None, instance["actual_runs"])
