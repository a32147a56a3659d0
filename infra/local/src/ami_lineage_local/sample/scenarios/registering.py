"""RegisterImage, for which AWS records no source: some chains can be walked, some end on the way."""

from ami_lineage_local.sample.cloud.images import register_image, register_manifest
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, terminate_instances
from ami_lineage_local.sample.cloud.snapshots import (
    copy_snapshot,
    create_snapshot,
    create_snapshots,
    delete_snapshot,
    unseen_snapshot,
)
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.cloud.volumes import attach_volume, create_volume, detach_volume, unseen_volume
from ami_lineage_local.sample.scenarios.swapping import snapshot_of, swap_root
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image, Instance, Snapshot, Volume


def register_one_volume(stage: Stage, tree: Tree) -> Work[None]:
    """CreateSnapshots of a one-volume instance: the snapshot is its root."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from snapshot_of(stage, desk, source)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_one_volume")))


def register_volumes_of_two_images(stage: Stage, tree: Tree) -> Work[None]:
    """Root and data volume come from different images, and attachments prove which is which: two parents."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = yield from _instance_with_new_root(stage, tree, desk, source)
    data = create_volume(stage, desk, instance.zone, (yield from snapshot_of(stage, desk, source)))
    yield stage.pause()
    yield from _register_all_volumes(stage, tree, desk, instance, data, "register_volumes_of_two_images")


def register_root_and_blank_volume(stage: Stage, tree: Tree) -> Work[None]:
    """The root is proven by its attachment, the data volume was blank: one parent."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = yield from _instance_with_new_root(stage, tree, desk, source)
    data = create_volume(stage, desk, instance.zone, None)
    yield stage.pause()
    yield from _register_all_volumes(stage, tree, desk, instance, data, "register_root_and_blank_volume")


def register_unproven_volumes(stage: Stage, tree: Tree) -> Work[None]:
    """CreateSnapshots gave two snapshots and nothing tells which is the root."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch(data_volume=True))[0]
    yield stage.pause()
    snapshots = create_snapshots(stage, desk, instance)
    yield stage.pause()
    tree.keep(register_image(stage, desk, snapshots, tree.recipe("register_unproven_volumes")))


def register_attached_root(stage: Stage, tree: Tree) -> Work[None]:
    """CreateSnapshot of a volume that was made from a snapshot and put at a root device."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = yield from _instance_with_new_root(stage, tree, desk, source)
    snapshot = create_snapshot(stage, desk, instance.root)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_attached_root")))


def register_attached_unseen_volume(stage: Stage, tree: Tree) -> Work[None]:
    """CreateSnapshot of a root volume that was attached by hand and whose creation no record shows."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    yield from swap_root(stage, desk, instance, unseen_volume(stage, desk, instance.zone))
    snapshot = create_snapshot(stage, desk, instance.root)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_attached_unseen_volume")))


def register_data_volume(stage: Stage, tree: Tree) -> Work[None]:
    """Snapshot, volume, attached to a workbench as data and changed there, snapshot again."""
    source = tree.pick()
    desk = tree.desk_for(source)
    first = yield from snapshot_of(stage, desk, source)
    snapshot = yield from _through_workbench(stage, tree, desk, first)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_data_volume")))
    yield stage.pause()
    delete_snapshot(stage, desk, first)


def register_copied_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The snapshot goes to another Region and is copied there once more."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from snapshot_of(stage, desk, source)
    there = Desk(desk.account_id, tree.another_region(desk.region), desk.caller)
    copy = copy_snapshot(stage, there, snapshot)
    yield stage.pause()
    again = copy_snapshot(stage, there, copy)
    yield stage.pause()
    tree.keep(register_image(stage, there, [again], tree.recipe("register_copied_snapshot")))
    yield stage.pause()
    delete_snapshot(stage, there, copy)


def register_blank_volume(stage: Stage, tree: Tree) -> Work[None]:
    """A volume made blank and filled on a workbench."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from _through_workbench(stage, tree, desk, None)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_blank_volume")))


def register_bare_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """CreateSnapshot of a launch's root volume: no record ties the volume to its instance."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instances = run_instances(stage, desk, source, Launch())
    yield stage.pause()
    snapshot = create_snapshot(stage, desk, instances[0].root)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_bare_snapshot")))
    yield stage.pause()
    terminate_instances(stage, desk, instances)


def register_unseen_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """A snapshot that no record creates."""
    desk = tree.desk_for(tree.pick())
    yield stage.pause()
    snapshot = unseen_snapshot(stage, desk)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_unseen_snapshot")))


def register_hidden_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The backing snapshot of an image, which CreateImage makes without a record of its own."""
    source = tree.pick()
    desk = tree.desk_for(source)
    yield stage.pause()
    snapshot = unseen_snapshot(stage, desk)
    snapshot.actual = source
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_hidden_snapshot")))


def register_volume_of_unseen_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The walk goes through a volume and ends at a snapshot that no record creates."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from _through_workbench(stage, tree, desk, unseen_snapshot(stage, desk))
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_volume_of_unseen_snapshot")))


def register_from_manifest(stage: Stage, tree: Tree) -> Work[None]:
    """An image whose manifest lies in S3."""
    desk = tree.desk_for(tree.pick())
    yield stage.pause()
    tree.keep(register_manifest(stage, desk, tree.recipe("register_from_manifest")))


def _instance_with_new_root(stage: Stage, tree: Tree, desk: Desk, source: Image) -> Work[Instance]:
    """A stopped instance of `source` whose root was exchanged for a volume of another image."""
    snapshot = yield from snapshot_of(stage, desk, tree.other(desk, source))
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    volume = create_volume(stage, desk, instance.zone, snapshot)
    yield stage.pause()
    yield from swap_root(stage, desk, instance, volume)
    return instance


def _register_all_volumes(
    stage: Stage, tree: Tree, desk: Desk, instance: Instance, data: Volume, scenario: str
) -> Work[None]:
    attach_volume(stage, desk, instance, data, "/dev/sdf")
    yield stage.pause()
    snapshots = create_snapshots(stage, desk, instance)
    yield stage.pause()
    tree.keep(register_image(stage, desk, snapshots, tree.recipe(scenario)))
    yield stage.pause()
    terminate_instances(stage, desk, [instance])


def _through_workbench(stage: Stage, tree: Tree, desk: Desk, source: Snapshot | None) -> Work[Snapshot]:
    """A volume is worked on beside another system's root and becomes a snapshot."""
    workbench = run_instances(stage, desk, tree.other(desk, tree.root), Launch(tags={"Name": "workbench"}))
    yield stage.pause()
    volume = create_volume(stage, desk, workbench[0].zone, source)
    yield stage.pause()
    attach_volume(stage, desk, workbench[0], volume, "/dev/sdf")
    yield stage.pause()
    detach_volume(stage, desk, workbench[0], volume, "/dev/sdf")
    yield stage.pause()
    snapshot = create_snapshot(stage, desk, volume)
    yield stage.pause()
    terminate_instances(stage, desk, workbench)
    yield stage.pause()
    return snapshot
