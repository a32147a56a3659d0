"""Images and disks that come from outside EC2."""

from ami_lineage_local.sample.cloud.images import register_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances
from ami_lineage_local.sample.cloud.moving import import_image, import_snapshot
from ami_lineage_local.sample.cloud.snapshots import unseen_snapshot
from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.scenarios.swapping import snapshot_of
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree


def import_machine(stage: Stage, tree: Tree) -> Work[None]:
    """A machine from elsewhere; the record names the image."""
    desk = tree.desk_for(tree.pick())
    yield stage.pause()
    tree.keep(import_image(stage, desk, tree.recipe("import_machine")))


def import_machine_unseen(stage: Stage, tree: Tree) -> Work[None]:
    """A machine from elsewhere; nothing tells which image the task made, which is first seen when launched."""
    desk = tree.desk_for(tree.pick())
    image = tree.keep(import_image(stage, desk, tree.recipe("import_machine_unseen"), end_seen=False))
    yield stage.pause(1800, 5400)
    run_instances(stage, desk, image, Launch(tags={"Name": "first-use"}))


def import_from_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The disk of the import is a snapshot that is proven to hold an image."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from snapshot_of(stage, desk, source)
    tree.keep(import_image(stage, desk, tree.recipe("import_from_snapshot"), snapshot=snapshot))


def import_from_unseen_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The disk of the import is a snapshot that no record creates."""
    desk = tree.desk_for(tree.pick())
    yield stage.pause()
    snapshot = unseen_snapshot(stage, desk)
    tree.keep(import_image(stage, desk, tree.recipe("import_from_unseen_snapshot"), snapshot=snapshot))


def register_imported_disk(stage: Stage, tree: Tree) -> Work[None]:
    """A disk is imported as a snapshot that the record names, then registered."""
    desk = tree.desk_for(tree.pick())
    snapshot = import_snapshot(stage, desk, end_seen=True)
    yield stage.pause(600, 3600)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_imported_disk")))


def register_imported_disk_unseen(stage: Stage, tree: Tree) -> Work[None]:
    """The same, but nothing tells which snapshot the task made."""
    desk = tree.desk_for(tree.pick())
    snapshot = import_snapshot(stage, desk, end_seen=False)
    yield stage.pause(600, 3600)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_imported_disk_unseen")))
