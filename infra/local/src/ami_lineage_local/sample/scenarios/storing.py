"""Images restored from S3: with the record of how they were stored, without it, and from another partition."""

from ami_lineage_local.sample.cloud.image_records import public_image
from ami_lineage_local.sample.cloud.moving import StoredImage, restore_image, store_image
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.organization import OTHER_PARTITIONS
from ami_lineage_local.sample.scenarios.baking import bake
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import BEFORE_HISTORY, Image, Parent


def restore_recorded(stage: Stage, tree: Tree) -> Work[None]:
    """Stored and restored, both recorded: the object names the image."""
    source = tree.pick_recorded()
    desk = tree.desk(source.account_id, source.region)
    stored = store_image(stage, desk, source)
    yield stage.pause()
    known = Parent(source, "restore_image", "reconstructed")
    tree.keep(restore_image(stage, desk, stored, tree.recipe("restore_recorded"), known=known))


def restore_in_the_same_second(stage: Stage, tree: Tree) -> Work[None]:
    """Stored and restored within one second."""
    source = tree.pick_recorded()
    desk = tree.desk(source.account_id, source.region)
    stored = store_image(stage, desk, source)
    known = Parent(source, "restore_image", "reconstructed")
    tree.keep(restore_image(stage, desk, stored, tree.recipe("restore_in_the_same_second"), known=known))
    yield stage.pause()


def restore_unrecorded(stage: Stage, tree: Tree) -> Work[None]:
    """No record of the storing; the object's key is the id of an image that the records know."""
    source = tree.pick_recorded()
    desk = tree.desk(source.account_id, source.region)
    yield stage.pause()
    known = Parent(source, "restore_image", "inferred")
    stored = StoredImage("copied-objects", f"{source.image_id}.bin", source)
    tree.keep(restore_image(stage, desk, stored, tree.recipe("restore_unrecorded"), known=known))


def restore_renamed(stage: Stage, tree: Tree) -> Work[None]:
    """No record of the storing, and the object was renamed."""
    source = tree.pick_recorded()
    desk = tree.desk(source.account_id, source.region)
    yield stage.pause()
    stored = StoredImage("renamed-objects", "golden.bin", source)
    tree.keep(restore_image(stage, desk, stored, tree.recipe("restore_renamed"), known=BEFORE_HISTORY))


def restore_across_partitions(stage: Stage, tree: Tree) -> Work[None]:
    """The object came from another partition: an id that is unknown here does not tell from where."""
    source = tree.pick_recorded()
    store_image(stage, tree.desk(source.account_id, source.region), source)
    yield stage.pause()
    desk = apart(stage, "aws-cn")
    stored = StoredImage("from-the-world", f"{source.image_id}.bin", source)
    tree.keep(
        restore_image(stage, desk, stored, tree.recipe("restore_across_partitions"), known=BEFORE_HISTORY)
    )


def china(stage: Stage, tree: Tree) -> Work[None]:
    """A small family in China's partition."""
    yield from _family(stage, tree, "aws-cn", "china")


def us_government(stage: Stage, tree: Tree) -> Work[None]:
    """A small family in the US government's partition."""
    yield from _family(stage, tree, "aws-us-gov", "us_government")


def apart(stage: Stage, partition: str) -> Desk:
    """A pipeline's desk in another partition."""
    account_id = stage.organization.apart[partition].account_id
    return Desk(account_id, OTHER_PARTITIONS[partition][0], stage.callers.pipeline(account_id, stage.now))


def _family(stage: Stage, tree: Tree, partition: str, scenario: str) -> Work[None]:
    desk = apart(stage, partition)
    image: Image = yield from bake(stage, tree, desk, public_image(stage, desk.region), tree.recipe(scenario))
    stored = store_image(stage, desk, image)
    yield stage.pause()
    if not tree.may_grow(image):
        return
    known = Parent(image, "restore_image", "reconstructed")
    tree.keep(restore_image(stage, desk, stored, tree.recipe(scenario), known=known))
