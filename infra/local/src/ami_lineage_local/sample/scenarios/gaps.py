"""What the records do not show: launches before they began, and calls too large to be written down."""

from ami_lineage_local.sample.cloud.images import (
    copy_image,
    create_image,
    create_image_half_recorded,
    hollow_image,
    register_image,
)
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, terminate_instances, unseen_instance
from ami_lineage_local.sample.cloud.snapshots import create_snapshots
from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree


def create_from_unseen_launch(stage: Stage, tree: Tree) -> Work[None]:
    """CreateImage from an instance that was launched before the records began."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = unseen_instance(stage, desk, source)
    yield stage.pause()
    tree.keep(create_image(stage, desk, instance, tree.recipe("create_from_unseen_launch")))
    yield stage.pause()
    terminate_instances(stage, desk, [instance])


def create_from_hollow_launch(stage: Stage, tree: Tree) -> Work[None]:
    """CreateImage from an instance whose launch is in the trail without its content."""
    source = tree.pick()
    desk = tree.desk_for(source)
    desk.hollow_call(stage, "RunInstances")
    instance = unseen_instance(stage, desk, source)
    yield stage.pause()
    tree.keep(create_image(stage, desk, instance, tree.recipe("create_from_hollow_launch")))


def register_from_unseen_launch(stage: Stage, tree: Tree) -> Work[None]:
    """CreateSnapshots of a one-volume instance that was launched before the records began."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = unseen_instance(stage, desk, source)
    yield stage.pause()
    snapshots = create_snapshots(stage, desk, instance)
    yield stage.pause()
    tree.keep(register_image(stage, desk, snapshots, tree.recipe("register_from_unseen_launch")))


def half_create(stage: Stage, tree: Tree) -> Work[None]:
    """The record of CreateImage has the image's id, but not the instance."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    tree.keep(create_image_half_recorded(stage, desk, instance, tree.recipe("half_create")))


def corrected_copy(stage: Stage, tree: Tree) -> Work[None]:
    """CloudTrail delivers the parameters of a CopyImage later, in a record with an addendum."""
    source = tree.pick()
    desk = tree.desk(tree.account_for(source), tree.another_region(source.region))
    yield stage.pause()
    tree.keep(copy_image(stage, desk, source, tree.recipe("corrected_copy"), corrected=True))


def hollow_create(stage: Stage, tree: Tree) -> Work[None]:
    """An image whose CreateImage is hollow is first seen when it is launched."""
    yield from _hollow(stage, tree, "CreateImage", "hollow_create")


def hollow_copy(stage: Stage, tree: Tree) -> Work[None]:
    """An image whose CopyImage is hollow is first seen when it is launched."""
    yield from _hollow(stage, tree, "CopyImage", "hollow_copy")


def hollow_register(stage: Stage, tree: Tree) -> Work[None]:
    """An image whose RegisterImage is hollow is first seen when it is launched."""
    yield from _hollow(stage, tree, "RegisterImage", "hollow_register")


def _hollow(stage: Stage, tree: Tree, operation: str, scenario: str) -> Work[None]:
    source = tree.pick()
    desk = tree.desk_for(source)
    yield stage.pause()
    image = tree.keep(hollow_image(stage, desk, operation, source, tree.recipe(scenario)))
    yield stage.pause()
    run_instances(stage, desk, image, Launch(tags={"Name": "first-use"}))
