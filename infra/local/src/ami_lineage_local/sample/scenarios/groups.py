"""Auto scaling groups, each with another way to say what it launches, and what becomes of it later."""

from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, terminate_instances
from ami_lineage_local.sample.cloud.parameters import put_parameter
from ami_lineage_local.sample.cloud.scaling import (
    create_configuration,
    create_group,
    delete_group,
    refresh_group,
    update_group,
)
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.cloud.templates import (
    add_version,
    create_template,
    set_default,
    unseen_template,
)
from ami_lineage_local.sample.references import Configuration, Group, Override, Use
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

_HOUR = 3600


def group_version(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A fixed version of a template, then another."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    group = create_group(stage, desk, "group_version", Use(template, "1"))
    yield from _scale(stage, group)
    number = add_version(stage, desk, template, tree.other(desk, image))
    yield stage.pause()
    update_group(stage, desk, group, Use(template, str(number)))
    yield from _scale(stage, group)


def group_latest(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The latest version, whichever that is."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    group = create_group(stage, desk, "group_latest", Use(template, "$Latest"))
    yield from _scale(stage, group)
    add_version(stage, desk, template, tree.other(desk, image))
    yield from _scale(stage, group)


def group_default(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The default version; a newer one changes nothing until it is made the default."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    number = add_version(stage, desk, template, tree.other(desk, image))
    group = create_group(stage, desk, "group_default", Use(template, "$Default"))
    yield from _scale(stage, group)
    if stage.rng.random() < 0.5:  # noqa: PLR2004 - half of them move on
        set_default(stage, desk, template, number)
        yield from _scale(stage, group)


def group_inherited_version(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A version that takes its image from the one it is made of."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    number = add_version(stage, desk, template, None)
    yield stage.pause()
    group = create_group(stage, desk, "group_inherited_version", Use(template, str(number)))
    yield from _scale(stage, group)


def group_named(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The template is given by its name."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    yield stage.pause()
    group = create_group(stage, desk, "group_named", Use(template, "$Latest"), by_name=True)
    yield from _scale(stage, group)


def group_parameter(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The template resolves a parameter, whose value no record shows."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, put_parameter(stage, desk, image))
    yield stage.pause()
    group = create_group(stage, desk, "group_parameter", Use(template, "$Latest"))
    yield from _scale(stage, group)


def group_imageless(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The template names no image at all; such a group cannot launch anything."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, None)
    yield stage.pause()
    create_group(stage, desk, "group_imageless", Use(template, "1"))


def group_unseen_template(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The template is older than the records."""
    desk = _team(stage, tree, image)
    group = create_group(stage, desk, "group_unseen_template", Use(unseen_template(stage, image), "$Latest"))
    yield from _scale(stage, group)


def group_mixed_images(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Mixed instances: an override with an image of its own, one with the template's."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    yield stage.pause()
    overrides = (Override("c7g.large", image=tree.other(desk, image)), Override("t3.micro"))
    create_group(stage, desk, "group_mixed_images", Use(template, "$Default"), overrides)


def group_mixed_templates(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Mixed instances: one override with a template of its own, one whose template resolves a parameter."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    second = create_template(stage, desk, tree.other(desk, image))
    hidden = create_template(stage, desk, put_parameter(stage, desk, image))
    yield stage.pause()
    overrides = (
        Override("c7g.large", use=Use(second, "$Latest")),
        Override("t3.micro"),
        Override("t3.small", use=Use(hidden, "1")),
    )
    create_group(stage, desk, "group_mixed_templates", Use(template, "1"), overrides)


def group_configuration(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A launch configuration, as old groups have it."""
    desk = _team(stage, tree, image)
    configuration = create_configuration(stage, desk, image)
    yield stage.pause()
    group = create_group(stage, desk, "group_configuration", configuration)
    yield from _scale(stage, group)


def group_unseen_configuration(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A launch configuration that is older than the records."""
    desk = _team(stage, tree, image)
    configuration = Configuration("legacy-configuration", image, recorded=False)
    group = create_group(stage, desk, "group_unseen_configuration", configuration)
    yield from _scale(stage, group)


def group_refreshed(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """An instance refresh brings settings of its own, which stay."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    second = create_template(stage, desk, tree.other(desk, image))
    group = create_group(stage, desk, "group_refreshed", Use(template, "1"))
    yield from _scale(stage, group)
    refresh_group(stage, desk, group, Use(second, "1"))
    yield from _scale(stage, group)


def group_emptied(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A group that may have no instance any more."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    group = create_group(stage, desk, "group_emptied", Use(template, "1"))
    yield from _scale(stage, group)
    update_group(stage, desk, group, max_size=0)


def group_deleted(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A group that is gone."""
    desk = _team(stage, tree, image)
    template = create_template(stage, desk, image)
    group = create_group(stage, desk, "group_deleted", Use(template, "1"))
    yield from _scale(stage, group)
    delete_group(stage, desk, group)


def _team(stage: Stage, tree: Tree, image: Image) -> Desk:
    account_id = tree.account_for(image)
    return Desk(account_id, image.region, stage.callers.deployer(account_id, stage.now))


def _scale(stage: Stage, group: Group) -> Work[None]:
    """The group launches what it means now, and later ends some of it."""
    yield stage.pause()
    means = group.means()
    image = means[0].actual if means else None
    if image is None or image.state != "available":
        return
    tags = {"aws:autoscaling:groupName": group.name, "Name": group.scenario}
    launch = Launch(count=stage.rng.randint(1, 3), tags=tags, names_image=False)
    if isinstance(group.source, Use):
        template = group.source.template
        number = {"$Latest": template.latest, "$Default": template.default}.get(group.source.version)
        version = str(number or group.source.version)
        tags |= {"aws:ec2launchtemplate:id": template.template_id, "aws:ec2launchtemplate:version": version}
        launch = Launch(
            count=launch.count, tags=tags, template=template.template_id, version=version, names_image=False
        )
    desk = Desk(group.account_id, group.region, stage.callers.auto_scaling(group.account_id, stage.now))
    instances = run_instances(stage, desk, image, launch)
    yield stage.pause(_HOUR, 24 * _HOUR)
    leaving = instances[: stage.rng.randint(0, len(instances))]
    if leaving:
        desk = Desk(group.account_id, group.region, stage.callers.auto_scaling(group.account_id, stage.now))
        terminate_instances(stage, desk, leaving)
    yield stage.pause()
