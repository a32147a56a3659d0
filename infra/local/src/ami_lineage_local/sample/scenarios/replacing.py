"""Root volumes that EC2 replaces in place, and instances of which only a fleet's answer tells."""

from ami_lineage_local.sample.cloud.fleets import create_fleet, replace_root
from ami_lineage_local.sample.cloud.images import create_image, register_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, terminate_instances
from ami_lineage_local.sample.cloud.snapshots import create_snapshots, unseen_snapshot
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.cloud.templates import create_template
from ami_lineage_local.sample.cloud.volumes import create_volume
from ami_lineage_local.sample.scenarios.swapping import snapshot_of, swap_root
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image, Instance, Snapshot, Volume


def replace_by_image(stage: Stage, tree: Tree) -> Work[None]:
    """The root is replaced by another image's, which AWS then reports too."""
    desk, _, instance = yield from _server(stage, tree)
    other = tree.other(desk, instance.image)
    yield from _replace_and_create(stage, tree, desk, instance, other, "replace_by_image")


def replace_by_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The root is replaced by a snapshot's content; AWS goes on naming the launch image."""
    desk, _, instance = yield from _server(stage, tree)
    snapshot = yield from snapshot_of(stage, desk, tree.other(desk, instance.image))
    yield from _replace_and_create(stage, tree, desk, instance, snapshot, "replace_by_snapshot")


def replace_by_unseen_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The root is replaced by a snapshot that no record creates."""
    desk, _, instance = yield from _server(stage, tree)
    snapshot = unseen_snapshot(stage, desk)
    yield from _replace_and_create(stage, tree, desk, instance, snapshot, "replace_by_unseen_snapshot")


def replace_by_volume(stage: Stage, tree: Tree) -> Work[None]:
    """The root is replaced by a volume that was made of another image's snapshot."""
    desk, _, instance = yield from _server(stage, tree)
    snapshot = yield from snapshot_of(stage, desk, tree.other(desk, instance.image))
    volume = create_volume(stage, desk, instance.zone, snapshot)
    yield stage.pause()
    yield from _replace_and_create(stage, tree, desk, instance, volume, "replace_by_volume")


def replace_by_nothing(stage: Stage, tree: Tree) -> Work[None]:
    """The root was exchanged by hand, then is put back to what it was at launch."""
    desk, _, instance = yield from _server(stage, tree)
    snapshot = yield from snapshot_of(stage, desk, tree.other(desk, instance.image))
    volume = create_volume(stage, desk, instance.zone, snapshot)
    yield stage.pause()
    yield from swap_root(stage, desk, instance, volume)
    yield from _replace_and_create(stage, tree, desk, instance, None, "replace_by_nothing")


def register_replaced(stage: Stage, tree: Tree) -> Work[None]:
    """A snapshot of the only volume of an instance whose root was replaced becomes an image."""
    desk, _, instance = yield from _server(stage, tree)
    replace_root(stage, desk, instance, tree.other(desk, instance.image))
    yield stage.pause()
    snapshots = create_snapshots(stage, desk, instance)
    yield stage.pause()
    tree.keep(register_image(stage, desk, snapshots, tree.recipe("register_replaced")))


def create_from_fleet(stage: Stage, tree: Tree) -> Work[None]:
    """The launch is lost, but the fleet's answer names instance and image."""
    yield from _from_fleet(stage, tree, "create_from_fleet", names_image=True)


def create_from_nameless_fleet(stage: Stage, tree: Tree) -> Work[None]:
    """The launch is lost, and the fleet's answer names a template only."""
    yield from _from_fleet(stage, tree, "create_from_nameless_fleet", names_image=False)


def _server(stage: Stage, tree: Tree) -> Work[tuple[Desk, Image, Instance]]:
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch(tags={"Name": "pet"}))[0]
    yield stage.pause()
    return desk, source, instance


def _replace_and_create(
    stage: Stage,
    tree: Tree,
    desk: Desk,
    instance: Instance,
    source: Image | Snapshot | Volume | None,
    scenario: str,
) -> Work[None]:
    replace_root(stage, desk, instance, source)
    yield stage.pause(600, 1200)
    tree.keep(create_image(stage, desk, instance, tree.recipe(scenario)))


def _from_fleet(stage: Stage, tree: Tree, scenario: str, *, names_image: bool) -> Work[None]:
    source = tree.pick()
    desk = tree.desk_for(source)
    template = create_template(stage, desk, source)
    yield stage.pause()
    instances = create_fleet(stage, desk, template, source, names_image=names_image, recorded=False)
    yield stage.pause()
    tree.keep(create_image(stage, desk, instances[0], tree.recipe(scenario)))
    yield stage.pause()
    terminate_instances(stage, desk, instances)
