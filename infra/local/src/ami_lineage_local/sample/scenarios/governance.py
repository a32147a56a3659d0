"""What happens to images later: sharing and making public, tags, descriptions, retirement."""

from ami_lineage_local.sample.cloud.attributes import create_tags, delete_tags, describe, share, unshare
from ami_lineage_local.sample.cloud.images import deregister_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances
from ami_lineage_local.sample.cloud.snapshots import unseen_snapshot
from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

_OUTSIDER = "999988887777"


def make_public(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Somebody shares an image with everyone."""
    share(stage, tree.owner_desk(image), image, ("group", "all"))
    yield stage.pause()


def make_public_by_mistake(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Shared with everyone and taken back within the hour."""
    desk = tree.owner_desk(image)
    share(stage, desk, image, ("group", "all"))
    yield stage.pause(600, 3000)
    unshare(stage, desk, image, ("group", "all"))


def share_outside(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Shared with two accounts, one of which is not the organization's."""
    inside = stage.rng.choice(stage.organization.teams).account_id
    share(stage, tree.owner_desk(image), image, ("account", _OUTSIDER), ("account", inside))
    yield stage.pause()


def share_with_unit(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Shared with an organizational unit and an outsider, who loses it again."""
    desk = tree.owner_desk(image)
    unit = ("organizational_unit", stage.organization.workloads_arn)
    share(stage, desk, image, unit, ("account", _OUTSIDER))
    yield stage.pause()
    unshare(stage, desk, image, ("account", _OUTSIDER))


def retag(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Tags come together with a snapshot's, change, and go: by key, by value, and not where the value differs."""
    desk = tree.owner_desk(image)
    tags = {"Owner": "platform", "Temporary": "yes", "Reviewed": "2026-10-01", "Stage": "beta"}
    create_tags(stage, desk, image, tags, also=unseen_snapshot(stage, desk))
    yield stage.pause()
    create_tags(stage, desk, image, {"Stage": "released"})
    yield stage.pause()
    delete_tags(stage, desk, image, {"Temporary": None})
    yield stage.pause()
    delete_tags(stage, desk, image, {"Reviewed": "2026-10-01", "Stage": "beta"})


def redescribe(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """The description changes and nothing else."""
    describe(stage, tree.owner_desk(image), image, "superseded, see the wiki")
    yield stage.pause()


def retire_in_use(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Deregistered while an instance of it runs on."""
    account_id = tree.account_for(image)
    desk = tree.desk(account_id, image.region)
    run_instances(stage, desk, image, Launch(tags={"Name": "forgotten"}))
    yield stage.pause()
    deregister_image(stage, tree.owner_desk(image), image)


def retire(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Deregistered together with its snapshots."""
    yield stage.pause()
    deregister_image(stage, tree.owner_desk(image), image, with_snapshots=True)
