"""Root volumes that are exchanged: AWS goes on naming the launch image, the content is another's."""

from ami_lineage_local.sample.cloud.images import create_image, register_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, stop_instances, terminate_instances
from ami_lineage_local.sample.cloud.snapshots import create_snapshots, unseen_snapshot
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.cloud.volumes import attach_volume, create_volume, detach_volume, unseen_volume
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image, Instance, Snapshot, Volume


def snapshot_of(stage: Stage, desk: Desk, image: Image) -> Work[Snapshot]:
    """A snapshot that is proven to hold an image: of a one-volume instance, by CreateSnapshots."""
    instances = run_instances(stage, desk, image, Launch(tags={"Name": "extract"}))
    yield stage.pause()
    snapshot = create_snapshots(stage, desk, instances[0])[0]
    yield stage.pause()
    terminate_instances(stage, desk, instances)
    yield stage.pause()
    return snapshot


def swap_root(stage: Stage, desk: Desk, instance: Instance, volume: Volume) -> Work[None]:
    """Stop, take the root volume away, put another in its place; the instance stays stopped."""
    stop_instances(stage, desk, [instance])
    yield stage.pause()
    detach_volume(stage, desk, instance, instance.root, instance.root_device)
    yield stage.pause()
    attach_volume(stage, desk, instance, volume, instance.root_device)
    yield stage.pause()


def swap_found(stage: Stage, tree: Tree) -> Work[None]:
    """The new root is made from a snapshot of another image: that image is the parent."""
    yield from _swap_found(stage, tree, "swap_found", Launch())


def swap_without_device_name(stage: Stage, tree: Tree) -> Work[None]:
    """The same where the launch did not name the root device; the usual device name still tells."""
    yield from _swap_found(stage, tree, "swap_without_device_name", Launch(names_root_device=False))


def _swap_found(stage: Stage, tree: Tree, scenario: str, launch: Launch) -> Work[None]:
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from snapshot_of(stage, desk, tree.other(desk, source))
    instance = run_instances(stage, desk, source, launch)[0]
    yield stage.pause()
    volume = create_volume(stage, desk, instance.zone, snapshot)
    yield stage.pause()
    yield from swap_root(stage, desk, instance, volume)
    tree.keep(create_image(stage, desk, instance, tree.recipe(scenario)))


def swap_blank(stage: Stage, tree: Tree) -> Work[None]:
    """The new root was blank and written by hand."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    volume = create_volume(stage, desk, instance.zone, None)
    yield stage.pause()
    yield from _swap_and_create(stage, tree, desk, instance, volume, "swap_blank")


def swap_unseen_volume(stage: Stage, tree: Tree) -> Work[None]:
    """The new root is a volume of which no record tells the origin."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    volume = unseen_volume(stage, desk, instance.zone)
    yield from _swap_and_create(stage, tree, desk, instance, volume, "swap_unseen_volume")


def swap_unseen_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The new root is made from a snapshot that is older than the records."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    volume = create_volume(stage, desk, instance.zone, unseen_snapshot(stage, desk))
    yield stage.pause()
    yield from _swap_and_create(stage, tree, desk, instance, volume, "swap_unseen_snapshot")


def register_before_swap(stage: Stage, tree: Tree) -> Work[None]:
    """The snapshot is older than the exchange of the root, so it holds the launch image."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    snapshots = create_snapshots(stage, desk, instance)
    yield stage.pause()
    volume = create_volume(stage, desk, instance.zone, None)
    yield stage.pause()
    yield from swap_root(stage, desk, instance, volume)
    tree.keep(register_image(stage, desk, snapshots, tree.recipe("register_before_swap")))


def _swap_and_create(
    stage: Stage, tree: Tree, desk: Desk, instance: Instance, volume: Volume, scenario: str
) -> Work[None]:
    yield from swap_root(stage, desk, instance, volume)
    tree.keep(create_image(stage, desk, instance, tree.recipe(scenario)))
    yield stage.pause()
    terminate_instances(stage, desk, [instance])
