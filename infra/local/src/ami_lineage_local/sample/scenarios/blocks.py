"""Snapshots of unusual origin: written block by block, told of by EBS alone, shared, foreign, of ended instances."""

from ami_lineage_local.sample.cloud.images import register_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, terminate_instances
from ami_lineage_local.sample.cloud.snapshot_exchange import (
    share_snapshot,
    start_snapshot,
    tell_use,
    told_copy,
    told_snapshot,
)
from ami_lineage_local.sample.cloud.snapshots import (
    copy_snapshot,
    create_snapshots,
    failed_copy,
    unseen_snapshot,
)
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.cloud.volumes import create_volume
from ami_lineage_local.sample.scenarios.swapping import snapshot_of
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import BEFORE_HISTORY, Origin, Snapshot

FOREIGN_ACCOUNT = "444455556666"


def register_direct_blocks(stage: Stage, tree: Tree) -> Work[None]:
    """A snapshot written through the EBS direct APIs."""
    desk = tree.desk_for(tree.pick())
    snapshot = start_snapshot(stage, desk, None)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_direct_blocks")))


def register_direct_blocks_over_parent(stage: Stage, tree: Tree) -> Work[None]:
    """Blocks written over those of a snapshot whose image is known: what came of it nobody can tell."""
    source = tree.pick()
    desk = tree.desk_for(source)
    parent = yield from snapshot_of(stage, desk, source)
    snapshot = start_snapshot(stage, desk, parent)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_direct_blocks_over_parent")))


def register_told_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The record of CreateSnapshot is lost; EBS named the volume, which came from a proven snapshot."""
    source = tree.pick()
    desk = tree.desk_for(source)
    first = yield from snapshot_of(stage, desk, source)
    volume = create_volume(stage, desk, f"{desk.region}a", first)
    yield stage.pause()
    snapshot = told_snapshot(stage, desk, volume)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_told_snapshot")))


def register_told_copy(stage: Stage, tree: Tree) -> Work[None]:
    """The record of CopySnapshot is lost; EBS named the source."""
    source = tree.pick()
    desk = tree.desk_for(source)
    first = yield from snapshot_of(stage, desk, source)
    there = Desk(desk.account_id, tree.another_region(desk.region), desk.caller)
    copy = told_copy(stage, there, first)
    failed_copy(stage, there, first)
    yield stage.pause()
    tree.keep(register_image(stage, there, [copy], tree.recipe("register_told_copy")))


def register_told_root(stage: Stage, tree: Tree) -> Work[None]:
    """EBS named the root volume of a launch, which nothing ties to its instance."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch())[0]
    yield stage.pause()
    snapshot = told_snapshot(stage, desk, instance.root)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_told_root")))


def register_shared_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """A member shares a snapshot, another copies and registers it; the owner is told of the copy."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from snapshot_of(stage, desk, source)
    taker = stage.rng.choice(stage.organization.teams).account_id
    share_snapshot(stage, desk, snapshot, taker)
    yield stage.pause()
    there = tree.desk(taker, desk.region)
    copy = copy_snapshot(stage, there, snapshot)
    tell_use(stage, snapshot, taker, "SharedSnapshotCopyInitiated")
    yield stage.pause()
    share_snapshot(stage, desk, snapshot, taker, "remove")
    tree.keep(register_image(stage, there, [copy], tree.recipe("register_shared_snapshot")))


def snapshot_used_by_a_stranger(stage: Stage, tree: Tree) -> Work[None]:
    """A snapshot is shared with a stranger, who makes a volume of it; an image is registered of it too."""
    source = tree.pick()
    desk = tree.desk_for(source)
    snapshot = yield from snapshot_of(stage, desk, source)
    share_snapshot(stage, desk, snapshot, FOREIGN_ACCOUNT)
    yield stage.pause()
    tell_use(stage, snapshot, FOREIGN_ACCOUNT, "SharedSnapshotVolumeCreated")
    yield stage.pause()
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("snapshot_used_by_a_stranger")))


def register_foreign_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """A snapshot that a foreign account shared; the records do not say whose it is."""
    desk = tree.desk_for(tree.pick())
    yield stage.pause()
    snapshot = _foreign(stage, desk)
    tree.keep(register_image(stage, desk, [snapshot], tree.recipe("register_foreign_snapshot")))


def register_copied_foreign_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """A copy of a snapshot that a foreign account shared."""
    desk = tree.desk_for(tree.pick())
    yield stage.pause()
    copy = copy_snapshot(stage, desk, _foreign(stage, desk))
    yield stage.pause()
    tree.keep(register_image(stage, desk, [copy], tree.recipe("register_copied_foreign_snapshot")))


def register_described_snapshot(stage: Stage, tree: Tree) -> Work[None]:
    """The backing snapshot of an image is copied; its description, which AWS wrote, names the image."""
    source = tree.pick_recorded()
    desk = tree.desk(source.account_id, source.region)
    hidden = unseen_snapshot(stage, desk)
    hidden.actual = source
    yield stage.pause()
    text = f"Created by CreateImage({stage.names.resource('i')}) for {source.image_id}"
    copy = copy_snapshot(stage, desk, hidden, text)
    yield stage.pause()
    recipe = tree.recipe("register_described_snapshot")
    tree.keep(register_image(stage, desk, [copy], recipe, described=source))


def register_described_falsely(stage: Stage, tree: Tree) -> Work[None]:
    """A description names one image, the records prove another."""
    source = tree.pick()
    desk = tree.desk_for(source)
    first = yield from snapshot_of(stage, desk, source)
    other = tree.other(desk, source)
    text = f"Created by CreateImage({stage.names.resource('i')}) for {other.image_id}"
    copy = copy_snapshot(stage, desk, first, text)
    yield stage.pause()
    tree.keep(register_image(stage, desk, [copy], tree.recipe("register_described_falsely")))


def register_after_end(stage: Stage, tree: Tree) -> Work[None]:
    """The instance is gone long before its snapshot becomes an image."""
    source = tree.pick()
    desk = tree.desk_for(source)
    instances = run_instances(stage, desk, source, Launch())
    yield stage.pause()
    snapshots = create_snapshots(stage, desk, instances[0])
    yield stage.pause()
    terminate_instances(stage, desk, instances)
    yield stage.pause(3600, 7200)
    tree.keep(register_image(stage, desk, snapshots, tree.recipe("register_after_end")))


def _foreign(stage: Stage, desk: Desk) -> Snapshot:
    lost = Origin.lost(BEFORE_HISTORY)
    return Snapshot(stage.names.resource("snap"), desk.region, FOREIGN_ACCOUNT, 8, None, lost)
