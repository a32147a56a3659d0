"""Instances that use an image: launched by hand and by Auto Scaling, in waves, some of them still there at the end."""

from ami_lineage_local.sample.cloud.launches import Launch, run_instances, stop_instances, terminate_instances
from ami_lineage_local.sample.cloud.stage import Desk, Stage
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
