"""What an auto scaling group would launch when, and when that is not known."""

from typing import Any

import pytest

from lineage import project

ACCOUNT = "111122223333"


def template(trail: Any, at: float = 0, image: Any = "ami-a", name: str = "base", **data: Any) -> str:
    reference = {"image_id": image} if isinstance(image, str) else image
    version = {"number": 1, "image": reference}
    return trail.add(
        "launch_template.created", "lt-1", at, owner_account_id=ACCOUNT, name=name, version=version, **data
    )


def add_version(trail: Any, number: int, at: float, image: str | None = None, **data: Any) -> str:
    version = {"number": number, "image": {"image_id": image} if image else None}
    trail_data: dict[str, Any] = {"version": version, **data}
    return trail.add("launch_template.version_created", "lt-1", at, **trail_data)


def group(trail: Any, at: float = 10, launch: Any = None, **data: Any) -> str:
    launch = launch or {"template": {"template_id": "lt-1"}}
    return trail.add("auto_scaling_group.created", "web", at, launch=launch, **({"max_size": 3} | data))


def latest() -> dict[str, Any]:
    return {"template": {"template_id": "lt-1", "version": "$Latest"}}


def test_a_group_launches_the_default_version_and_follows_it(trail: Any) -> None:
    made, own = template(trail), group(trail)
    add_version(trail, 2, 20, "ami-b")
    assert trail.launches() == [("ami-a", 10, None)]
    trail.add("launch_template.default_version_changed", "lt-1", 30, version=2)
    assert trail.launches() == [("ami-a", 10, 30), ("ami-b", 30, None)]
    assert set(trail.group().launches[0].evidence) == {own, made}
    assert trail.group().launches_unknown is None


def test_a_group_on_the_latest_version_follows_each_new_one(trail: Any) -> None:
    template(trail)
    group(trail, launch=latest())
    add_version(trail, 2, 20, "ami-b")
    trail.add("launch_template.versions_deleted", "lt-1", 30, versions=[2])
    assert trail.launches() == [("ami-a", 10, 20), ("ami-b", 20, 30), ("ami-a", 30, None)]


def test_a_version_takes_from_its_source_what_it_does_not_name(trail: Any) -> None:
    template(trail)
    group(trail, launch=latest())
    add_version(trail, 2, 20, source_version="1")
    assert trail.launches() == [("ami-a", 10, None)]
    add_version(trail, 3, 30)
    assert trail.launches() == [("ami-a", 10, 30)]
    assert trail.unknowns() == [("no_image", 30, None)]


def test_the_latest_of_an_unseen_template_is_not_known(trail: Any) -> None:
    group(trail, launch=latest())
    assert trail.launches() == []
    assert trail.group().launches_unknown == "template_unseen"


def test_a_version_that_nobody_saw_is_not_known(trail: Any) -> None:
    template(trail)
    group(trail, launch={"template": {"template_id": "lt-1", "version": "7"}})
    assert (trail.launches(), trail.group().launches_unknown) == ([], "version_unseen")


def test_a_hollow_update_makes_what_is_launched_unknown(trail: Any) -> None:
    template(trail)
    group(trail)
    trail.add("auto_scaling_group.updated", "web", 20, incomplete=True)
    assert trail.launches() == [("ami-a", 10, 20)]
    assert trail.group().launches_unknown == "settings_unseen"


def test_an_update_of_sizes_alone_changes_nothing_that_is_launched(trail: Any) -> None:
    template(trail)
    group(trail)
    trail.add("auto_scaling_group.updated", "web", 20, desired_capacity=2)
    assert trail.launches() == [("ami-a", 10, None)]


def test_a_group_that_may_not_grow_or_is_gone_launches_nothing(trail: Any) -> None:
    template(trail)
    group(trail)
    trail.add("auto_scaling_group.updated", "web", 20, max_size=0)
    trail.add("auto_scaling_group.updated", "web", 30, max_size=1)
    trail.add("auto_scaling_group.deleted", "web", 40)
    assert trail.launches() == [("ami-a", 10, 20), ("ami-a", 30, 40)]
    assert trail.group().launches_unknown is None


def test_a_name_that_is_used_again_is_a_new_life(trail: Any) -> None:
    template(trail)
    group(trail, tags={"a": "1"})
    trail.add("auto_scaling_group.deleted", "web", 20)
    group(trail, 30, {"template": {"template_id": "lt-2"}})
    state = trail.state("auto-scaling-group", "web")
    assert (state.state, state.tags, state.created_at) == ("active", {}, trail.minute(30))
    assert trail.launches() == [("ami-a", 10, 20)]
    assert trail.group().launches_unknown == "template_unseen"


def test_a_deletion_in_the_second_of_the_next_making_is_that_of_the_earlier_life(trail: Any) -> None:
    template(trail)
    group(trail)
    trail.add("auto_scaling_group.deleted", "web", 20)
    group(trail, 20, {"template": {"template_id": "lt-1", "version": "1"}})
    state = trail.state("auto-scaling-group", "web")
    assert (state.state, state.uncertain) == ("active", ("state",))
    assert trail.launches() == [("ami-a", 10, None)]


def test_two_settings_of_one_second_are_uncertain(trail: Any) -> None:
    group(trail)
    for number in ("1", "2"):
        launch = {"template": {"template_id": "lt-1", "version": number}}
        trail.add("auto_scaling_group.updated", "web", 20, launch=launch)
    assert trail.state("auto-scaling-group", "web").uncertain == ("launch",)


def test_a_template_is_found_by_its_name_once_it_is_seen(trail: Any) -> None:
    group(trail, launch={"template": {"template_name": "base"}})
    assert trail.group().launches_unknown == "name_unresolved"
    template(trail, name="other")
    assert trail.group().launches_unknown == "name_unresolved"
    trail.events.clear()
    group(trail, launch={"template": {"template_name": "base"}})
    template(trail)
    assert trail.launches() == [("ami-a", 10, None)]


def test_a_name_means_the_template_that_has_it_at_the_time(trail: Any) -> None:
    template(trail)
    group(trail, launch={"template": {"template_name": "base"}})
    trail.add("launch_template.deleted", "lt-1", 20)
    version = {"number": 1, "image": {"image_id": "ami-b"}}
    named = {"owner_account_id": ACCOUNT, "name": "base", "version": version}
    trail.add("launch_template.created", "lt-2", 30, **named)
    assert trail.launches() == [("ami-a", 10, 20), ("ami-b", 30, None)]
    assert trail.unknowns() == [("name_unresolved", 20, 30)]


def test_overrides_launch_their_own_image_or_template(trail: Any) -> None:
    template(trail)
    overrides = [{"instance_type": "m5.large"}, {"image": {"image_id": "ami-arm"}}]
    group(trail, launch={"template": {"template_id": "lt-1"}, "overrides": overrides})
    assert trail.launches() == [("ami-a", 10, None), ("ami-arm", 10, None)]


def test_one_way_that_is_not_known_is_shown_beside_the_others(trail: Any) -> None:
    template(trail)
    overrides = [{"instance_type": "m5.large"}, {"template": {"template_id": "lt-unseen"}}]
    group(trail, launch={"template": {"template_id": "lt-1"}, "overrides": overrides})
    assert trail.launches() == [("ami-a", 10, None)]
    assert trail.group().launches_unknown == "template_unseen"


def test_a_configuration_names_its_image(trail: Any) -> None:
    group(trail, launch={"configuration_name": "conf"})
    assert trail.group().launches_unknown == "configuration_unseen"
    trail.add("launch_configuration.created", "conf", 0, image={"image_id": "ami-a"})
    assert trail.launches() == [("ami-a", 10, None)]


def test_settings_of_an_instance_are_the_image_that_ec2_reports_of_it(trail: Any) -> None:
    group(trail, launch={"from_instance": "i-1"})
    assert trail.group().launches_unknown == "instance_unseen"
    trail.add("instance.launched", "i-1", 0, image_id="ami-a")
    trail.add("instance.root_volume_replaced", "i-1", 5, snapshot_id="snap-1")
    assert trail.launches() == [("ami-a", 10, None)]


def by_parameter(trail: Any, selector: str = "") -> None:
    template(trail, image={"parameter": f"golden{selector}"})
    group(trail)


def test_a_hidden_parameter_is_not_known_until_it_is_read(trail: Any) -> None:
    by_parameter(trail)
    assert trail.group().launches_unknown == "parameter_unseen"
    trail.add("parameter.set", "golden", 0, version=1, incomplete=True)
    assert trail.group().launches_unknown == "parameter_hidden"
    trail.add("parameter.observed", "golden", 50, version=1, image_id="ami-a")
    assert trail.launches() == [("ami-a", 10, None)]
    trail.add("parameter.set", "golden", 60, version=2, incomplete=True)
    assert trail.launches() == [("ami-a", 10, 60)]
    assert trail.group().launches_unknown == "parameter_hidden"


def test_a_parameter_that_holds_no_image_launches_none(trail: Any) -> None:
    by_parameter(trail)
    trail.add("parameter.observed", "golden", 5, version=1)
    assert (trail.launches(), trail.group().launches_unknown) == ([], "no_image")


@pytest.mark.parametrize("selector", [":2", ":live"])
def test_a_version_or_label_of_a_parameter_is_meant_where_it_is_named(trail: Any, selector: str) -> None:
    by_parameter(trail, selector)
    for version, image in ((1, "ami-a"), (2, "ami-b"), (3, "ami-c")):
        trail.add("parameter.set", "golden", version, version=version, image_id=image)
    trail.add("parameter.labelled", "golden", 4, version=2, labels=["live"])
    assert trail.launches() == [("ami-b", 10, None)]


def test_a_label_moves_and_is_taken_away(trail: Any) -> None:
    by_parameter(trail, ":live")
    trail.add("parameter.set", "golden", 1, version=1, image_id="ami-a")
    trail.add("parameter.set", "golden", 2, version=2, image_id="ami-b")
    trail.add("parameter.labelled", "golden", 3, version=1, labels=["live"])
    trail.add("parameter.labelled", "golden", 20, version=2, labels=["live"])
    trail.add("parameter.unlabelled", "golden", 30, version=2, labels=["live"])
    assert trail.launches() == [("ami-a", 10, 20), ("ami-b", 20, 30)]


def test_a_parameter_made_again_counts_its_versions_anew(trail: Any) -> None:
    by_parameter(trail)
    trail.add("parameter.set", "golden", 0, version=1, image_id="ami-a")
    trail.add("parameter.deleted", "golden", 20)
    trail.add("parameter.set", "golden", 30, version=1, image_id="ami-b")
    assert trail.launches() == [("ami-a", 10, 20), ("ami-b", 30, None)]
    assert trail.unknowns() == [("parameter_deleted", 20, 30)]


def test_references_carry_their_versions_and_times(trail: Any) -> None:
    template(trail)
    add_version(trail, 2, 20, "ami-b")
    group(trail)
    facts = project(trail.state("launch-template", "lt-1"))
    edges = {str(edge.properties["version"]): edge for edge in facts.edges if edge.label == "REFERENCES"}
    assert edges["1"].properties["is_default"] is True
    assert edges["1"].properties["is_latest"] is False
    assert edges["2"].properties["is_latest"] is True
    assert edges["2"].properties["valid_from"] == "2026-11-20T10:20:00.000000Z"
    (reference,) = project(trail.state("auto-scaling-group", "web")).edges
    assert (reference.target, reference.properties["version"]) == (
        "launch-template/aws/us-east-1/lt-1",
        "$Default",
    )
