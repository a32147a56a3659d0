"""Instances that use an image: launched by hand and by Auto Scaling, in waves, some of them still there at the end."""

from ami_lineage_local.sample.cloud.fleets import create_fleet, replace_root, request_spot
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import (
    interrupt,
    run_instances,
    start_instances,
    stop_instances,
    terminate_instances,
)
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.cloud.templates import create_template
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

_HOUR = 3600
_MOST_INSTANCES = 4


def scaling_group(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A group that scales out and in; half of the groups launch through a template that alone names the image."""
    account_id = tree.account_for(image)
    template = stage.names.resource("lt") if stage.rng.random() < 0.5 else None  # noqa: PLR2004 - half
    group = f"{stage.names.resource('asg')[4:10]}-asg"
    tags = {"aws:autoscaling:groupName": group, "Name": group}
    if template is not None:
        tags |= {"aws:ec2launchtemplate:id": template, "aws:ec2launchtemplate:version": "4"}
    for _ in range(stage.rng.randint(1, 2)):
        if image.state != "available" or not tree.may_use(account_id, image):
            return
        desk = Desk(account_id, image.region, stage.callers.auto_scaling(account_id, stage.now))
        count = stage.rng.randint(1, _MOST_INSTANCES)
        launch = Launch(count=count, tags=tags, template=template, names_image=template is None)
        instances = run_instances(stage, desk, image, launch)
        yield stage.pause(_HOUR, 48 * _HOUR)
        leaving = instances[: stage.rng.randint(0, count)]
        if leaving:
            desk = Desk(account_id, image.region, stage.callers.auto_scaling(account_id, stage.now))
            terminate_instances(stage, desk, leaving)
        yield stage.pause(_HOUR, 96 * _HOUR)


def servers_by_hand(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Servers that a team starts itself and sometimes stops for the night."""
    account_id = tree.account_for(image)
    if image.state != "available":
        return
    desk = Desk(account_id, image.region, stage.callers.deployer(account_id, stage.now))
    launch = Launch(count=stage.rng.randint(1, 3), tags={"Name": "server", "Team": "ops"})
    instances = run_instances(stage, desk, image, launch)
    yield stage.pause(_HOUR, 24 * _HOUR)
    stopped = instances[:1]
    if stage.rng.random() < 0.5:  # noqa: PLR2004 - half of the teams save money
        stop_instances(stage, desk, stopped)
        yield stage.pause(_HOUR, 72 * _HOUR)
    if stage.rng.random() < 0.4:  # noqa: PLR2004 - most servers stay
        terminate_instances(stage, desk, instances)


def rebooted(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A server that is stopped and started again: the same root, the same image."""
    desk = _deployer(stage, tree, image)
    instances = run_instances(stage, desk, image, Launch(tags={"Name": "night-shift"}))
    yield stage.pause(_HOUR, 12 * _HOUR)
    stop_instances(stage, desk, instances)
    yield stage.pause(_HOUR, 12 * _HOUR)
    start_instances(stage, desk, instances)


def spot(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A Spot request and its launch; half of the instances are interrupted, of which EC2 alone tells."""
    instances = request_spot(stage, _deployer(stage, tree, image), image)
    yield stage.pause(_HOUR, 24 * _HOUR)
    if stage.rng.random() < 0.5:  # noqa: PLR2004 - half of them
        interrupt(stage, instances[0])
        stage.world.mechanisms["spot_interrupted"] += 1


def fleet_recorded(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A fleet whose launch is recorded too: its instances must not count twice."""
    desk = _deployer(stage, tree, image)
    template = create_template(stage, desk, image)
    yield stage.pause()
    create_fleet(stage, desk, template, image, names_image=True, recorded=True)


def fleet_unrecorded(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A fleet of whose instances its answer alone tells."""
    desk = _deployer(stage, tree, image)
    template = create_template(stage, desk, image)
    yield stage.pause()
    create_fleet(stage, desk, template, image, names_image=True, recorded=False)


def patched_in_place(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Running servers get the root of another image, and later that of their launch again."""
    desk = _deployer(stage, tree, image)
    instances = run_instances(stage, desk, image, Launch(count=2, tags={"Name": "patched"}))
    yield stage.pause(_HOUR, 12 * _HOUR)
    for instance in instances:
        replace_root(stage, desk, instance, tree.other(desk, image))
    yield stage.pause(_HOUR, 12 * _HOUR)
    replace_root(stage, desk, instances[0], None)


def _deployer(stage: Stage, tree: Tree, image: Image) -> Desk:
    account_id = tree.account_for(image)
    return Desk(account_id, image.region, stage.callers.deployer(account_id, stage.now))
