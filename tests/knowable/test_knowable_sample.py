"""For every image, instance and group of generated organizations the product knows what can be known, and claims no more.

The generator works out what is knowable from what it did, and shares no code with the product.
``AMI_LINEAGE_KNOWABLE_IMAGES`` and ``AMI_LINEAGE_KNOWABLE_SEEDS`` (comma-separated) choose larger organizations.
"""

import os
from collections import defaultdict
from datetime import datetime

import pytest
from known_organization import Differences, Json, Known, moment

from ami_lineage_contracts.events.payload import ImageReference
from ami_lineage_local.sample import generate
from lineage import GroupClosure, ImageState, InstanceState, SnapshotState
from lineage.fixed_state import FixedState
from lineage.launch_template_state import LaunchTemplateState
from lineage.parameter_state import ParameterState

IMAGES = int(os.environ.get("AMI_LINEAGE_KNOWABLE_IMAGES", "300"))
SEEDS = [int(each) for each in os.environ.get("AMI_LINEAGE_KNOWABLE_SEEDS", "1").split(",")]
ENDED = {"shutting-down", "terminated"}

pytestmark = pytest.mark.timeout(60 + IMAGES // 10)


@pytest.fixture(scope="module", params=SEEDS)
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Known:
    folder = tmp_path_factory.mktemp("knowable")
    generate(folder, accounts=max(12, min(IMAGES // 100, 400)), images=IMAGES, days=60, seed=request.param)
    return Known(folder)


def test_nothing_is_rejected_but_what_is_hollow(known: Known) -> None:
    assert known.organization.rejected == known.truth["counts"]["hollow"]


def test_parents_methods_confidence_and_reasons_of_every_image(known: Known) -> None:
    differences = Differences()
    for stream in known.mentioned():
        image, closure = known.truth["images"][stream], known.images[stream]
        given = {(each.image, each.method, each.confidence) for each in closure.parents}
        expected = {
            (each["image"], each["method"], each["confidence"]) for each in image["knowable"]["parents"]
        }
        differences.compare(image["scenario"], stream, given, expected)
        reason = closure.terminal_reason
        differences.compare(
            f"{image['scenario']} (reason)", stream, reason, image["knowable"]["terminal_reason"]
        )
        assert all(each.evidence for each in closure.parents)
    differences.check()


def test_images_that_no_record_makes_get_no_parent(known: Known) -> None:
    differences = Differences()
    for stream, closure in known.images.items():
        image = known.truth["images"][stream]
        if not image["recorded"]:
            differences.compare(image["scenario"], stream, closure.parents, ())
    differences.check()


def test_launch_and_effective_image_of_every_instance_over_time(known: Known) -> None:
    differences = Differences()
    for stream, closure in known.instances.items():
        instance = known.truth["instances"][stream]
        given = [
            (r.image, r.confidence, r.valid_from, r.valid_to) for r in closure.runs if r.image is not None
        ]
        expected = [
            (r["knowable"], r["confidence"], moment(r["from"]), moment(r["to"]))
            for r in instance["runs"]
            if r["knowable"] is not None
        ]
        kind = instance["auto_scaling_group"] or ("launched" if instance["recorded"] else "launch unseen")
        differences.compare(kind.partition("/")[0], stream, given, expected)
        unknown = [r.reason for r in closure.runs if r.image is None]
        reasons = [r["reason"] for r in instance["runs"] if r["knowable"] is None]
        differences.compare(f"{kind.partition('/')[0]} (reasons)", stream, unknown, reasons)
        state = known.states[stream]
        assert isinstance(state, InstanceState)
        launched = (
            state.launch_image_id
            and f"{stream.rsplit('/', 1)[0].replace('instance', 'image')}/{state.launch_image_id}"
        )
        differences.compare("launch image", stream, launched, instance["knowable_launched_from"])
        ended = state.state in ENDED
        differences.compare("instance ended", stream, ended, instance["knowable_state"] in ENDED)
        differences.compare("instance state", stream, state.state, instance["knowable_state"])
    differences.check()


def would_launch(closure: GroupClosure) -> set[str]:
    return {each.image for each in closure.launches if each.valid_to is None}


def test_what_every_group_would_launch_and_whether_that_is_all(known: Known) -> None:
    differences = Differences()
    created = {stream for stream in known.groups if known.truth["groups"].get(stream)}
    assert created == set(known.truth["groups"])
    for stream, group in known.truth["groups"].items():
        closure = known.groups[stream]
        knowable = group["knowable"]
        differences.compare(group["scenario"], stream, would_launch(closure), set(knowable["launches"]))
        unknown = closure.launches_unknown is not None
        differences.compare(f"{group['scenario']} (unknown)", stream, unknown, knowable["unknown"])
        assert would_launch(closure) <= set(group["actual_launches"])
    for stream in set(known.groups) - created:
        differences.compare(
            "a group of which only a launch tells", stream, would_launch(known.groups[stream]), set()
        )
    differences.check()


def describe(state: ImageState) -> Json:
    """The keeping of an image in the words of the truth."""
    return {
        "state": state.state,
        "tags": dict(state.tags),
        "public": state.public,
        "shared_with": {(each.kind, each.value) for each in state.shared_with},
        "description": state.description,
        "deprecate_at": state.deprecate_at,
        "deregistration_protected": state.deregistration_protection not in (None, "disabled"),
        "watermarks": sorted(each.key for each in state.watermarks),
    }


def compare_keeping(differences: Differences, stream: str, state: object, expected: Json) -> None:
    assert isinstance(state, ImageState)
    given = describe(state)
    disputed = {(each["kind"], each["value"]) for each in expected["disputed"]}
    given["shared_with"] -= disputed
    wanted: Json = {
        "state": expected.get("knowable", expected)["state"],
        "tags": expected["tags"],
        "public": expected["public"],
        "shared_with": {(each["kind"], each["value"]) for each in expected["shared_with"]} - disputed,
        "description": expected["description"],
        "deprecate_at": moment(expected["deprecate_at"]),
        "deregistration_protected": expected["deregistration_protected"],
        "watermarks": sorted(expected["watermarks"]),
    }
    if expected["state_disputed"]:
        assert "state" in state.uncertain
        given["state"] = wanted["state"]
    for name, value in wanted.items():
        differences.compare(name, stream, given[name], value)
    differences.compare("uncertain", stream, "sharing" in state.uncertain, bool(disputed))


def test_state_tags_sharing_and_marks_of_every_image_at_the_end(known: Known) -> None:
    differences = Differences()
    for stream, image in known.truth["images"].items():
        if image["recorded"]:
            compare_keeping(differences, stream, known.states[stream], image)
            differences.compare("name", stream, getattr(known.states[stream], "name", None), image["name"])
            owner = known.states[stream].owner_account_id
            differences.compare("owner", stream, owner, image["account_id"])
            stored = {
                (each.bucket, each.object_key) for each in getattr(known.states[stream], "stored_copies", ())
            }
            differences.compare(
                "stored", stream, stored, {(each["bucket"], each["key"]) for each in image["stored_in"]}
            )
    differences.check()


def test_state_tags_and_sharing_as_they_were_at_times_in_the_past(known: Known) -> None:
    differences = Differences()
    assert known.truth["moments"]
    for seen in known.truth["moments"]:
        at = datetime.fromisoformat(seen["at"])
        for stream, image in seen["images"].items():
            compare_keeping(differences, stream, known.organization.fold_at(stream, at), image)
    differences.check()


def test_templates_parameters_and_recipes_name_what_the_records_show(known: Known) -> None:
    differences = Differences()
    for stream, template in known.truth["templates"].items():
        state = known.states[stream]
        assert isinstance(state, LaunchTemplateState)
        expected = {int(number): source for number, source in template["versions"].items()}
        given = {each.number: name_of(stream, each.image) for each in state.versions}
        differences.compare("versions", stream, given, expected)
        newest = (state.name, state.defaults[-1].value, state.latests[-1].value)
        differences.compare(
            "newest", stream, newest, (template["name"], template["default"], template["latest"])
        )
    for stream, parameter in known.truth["ssm_parameters"].items():
        state = known.states[stream]
        assert isinstance(state, ParameterState)
        values = {(each.number, each.known, each.image_id) for each in state.values}
        differences.compare("values", stream, values, {(parameter["version"], False, None)})
        labels = {label for label, spans in state.labels if spans[-1].valid_to is None}
        differences.compare("labels", stream, labels, set(parameter["labels"]))
    for stream, recipe in known.truth["recipes"].items():
        state = known.states[stream]
        assert isinstance(state, FixedState)
        parents = [name_of(stream, each.value.image) for each in state.contents]
        differences.compare("recipe", stream, parents, [recipe["parent"]])
    differences.check()


def name_of(stream: str, image: ImageReference | None) -> str | None:
    """The stream that a reference in the stream of a referrer means."""
    partition, region = stream.split("/")[1:3]
    if image is None:
        return None
    if image.image_id is not None:
        return f"image/{partition}/{region}/{image.image_id}"
    return f"parameter {image.parameter}"


def test_snapshots_that_were_shared_used_deleted_or_failed(known: Known) -> None:
    differences = Differences()
    for stream, snapshot in known.truth["snapshots"].items():
        state = known.states[stream]
        assert isinstance(state, SnapshotState)
        shared = sorted(each.value for each in state.shared_with)
        differences.compare("shared", stream, shared, snapshot["shared_with"])
        used = sorted(str(each.by_account_id) for each in state.used_elsewhere)
        differences.compare("used", stream, used, snapshot["used_by"])
        if snapshot["knowable_state"]:
            differences.compare("state", stream, state.state, snapshot["knowable_state"])
    differences.check()


def test_descendants_instances_and_groups_of_random_images(known: Known) -> None:
    children: dict[str, set[str]] = defaultdict(set)
    for stream, closure in known.images.items():
        for parent in closure.parents:
            children[parent.image].add(stream)
    ran: dict[str, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    for stream, runs in known.instances.items():
        for run in runs.runs:
            if run.image is not None and run.valid_from is not None:
                ran[run.image].append((stream, run.valid_from, run.valid_to))
    differences = Differences()
    for stream, impact in known.truth["impact"].items():
        family = descend(stream, children)
        differences.compare("descendants", stream, family - {stream}, set(impact["descendants"]))
        since, until = (datetime.fromisoformat(impact["window"][key]) for key in ("from", "to"))
        instances = [each for member in family for each in ran[member]]
        running = {name for name, _, end in instances if end is None}
        exposed = {name for name, begin, end in instances if begin < until and (end is None or end > since)}
        differences.compare("running", stream, running, set(impact["running"]))
        differences.compare("exposed", stream, exposed, set(impact["exposed"]))
        groups = {name for name, closure in known.groups.items() if would_launch(closure) & family}
        differences.compare("groups", stream, groups, set(impact["groups"]))
    differences.check()


def descend(stream: str, children: dict[str, set[str]]) -> set[str]:
    family, pending = {stream}, [stream]
    while pending:
        for child in children.get(pending.pop(), ()):
            if child not in family:
                family.add(child)
                pending.append(child)
    return family


def test_what_is_claimed_is_true(known: Known) -> None:
    differences = Differences()
    for stream, closure in known.images.items():
        image = known.truth["images"][stream]
        wrong = {each.image for each in closure.parents} - set(image["actual_parents"])
        differences.compare(image["scenario"], stream, wrong, set())
    for stream, runs in known.instances.items():
        actual = {(each["from"], each["actual"]) for each in known.truth["instances"][stream]["runs"]}
        for run in runs.runs:
            if run.image is not None and run.valid_from is not None:
                claim = (run.valid_from.strftime("%Y-%m-%dT%H:%M:%SZ"), run.image)
                differences.compare("a run", stream, {claim} - actual, set())
    differences.check()
