"""The common ways to an image: bake it from another, copy it to a Region or an account."""

from ami_lineage_local.sample.cloud.attributes import create_tags, share
from ami_lineage_local.sample.cloud.image_records import Recipe
from ami_lineage_local.sample.cloud.images import copy_image, create_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances, stop_instances, terminate_instances
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.names import ARCHITECTURES, FAMILIES
from ami_lineage_local.sample.organization import REGIONS
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

_VERSIONS_PER_MINOR = 10


def golden(stage: Stage, tree: Tree) -> Work[None]:
    """The pipeline bakes a golden image from the root, copies it to the Regions and shares all with the organization."""
    account_id = stage.organization.golden.account_id
    desk = Desk(account_id, tree.root.region, stage.callers.pipeline(account_id, stage.now))
    build, family = divmod(tree.number, len(FAMILIES))
    minor, patch = divmod(build, _VERSIONS_PER_MINOR)
    architecture = ARCHITECTURES[tree.number % len(ARCHITECTURES)]
    version = f"1.{minor}.{patch}"
    name = f"{FAMILIES[family]}-{architecture}-{version}"
    tags = tree.required_tags(version) | {"Approved": "true", "Family": FAMILIES[family]}
    image = yield from bake(stage, tree, desk, tree.root, Recipe(name, "golden"))
    create_tags(stage, desk, image, tags)
    made = [image]
    for region in [region for region in REGIONS if region != desk.region][: tree.left]:
        yield stage.pause()
        there = Desk(account_id, region, desk.caller)
        copy = tree.keep(copy_image(stage, there, image, Recipe(name, "copy_region", tuple(tags.items()))))
        made.append(copy)
    for each in made:
        yield stage.pause()
        here = Desk(account_id, each.region, desk.caller)
        share(stage, here, each, ("organization", stage.organization.arn))


def bake(
    stage: Stage, tree: Tree, desk: Desk, source: Image, recipe: Recipe, launch: Launch | None = None
) -> Work[Image]:
    """Launch a builder, make an image of it, terminate it."""
    tags = {"Name": "Packer Builder"}
    builders = run_instances(stage, desk, source, launch or Launch(tags=tags))
    yield stage.pause()
    if stage.rng.random() < 0.3:  # noqa: PLR2004 - some builders stop for a clean file system
        stop_instances(stage, desk, builders)
        yield stage.pause()
    image = tree.keep(create_image(stage, desk, builders[0], recipe))
    yield stage.pause()
    terminate_instances(stage, desk, builders)
    yield stage.pause()
    return image


def bake_application(stage: Stage, tree: Tree) -> Work[None]:
    """A team bakes its application into an image it may use."""
    source = tree.pick()
    desk = tree.desk_for(source)
    image = yield from bake(stage, tree, desk, source, tree.recipe("bake_application"))
    if not tree.forgets_tags():
        create_tags(stage, desk, image, tree.required_tags(stage.names.version()))


def bake_without_device_name(stage: Stage, tree: Tree) -> Work[None]:
    """The same, but the launch response does not name the root device."""
    source = tree.pick()
    desk = tree.desk_for(source)
    launch = Launch(names_root_device=False)
    yield from bake(stage, tree, desk, source, tree.recipe("bake_without_device_name"), launch)


def copy_region(stage: Stage, tree: Tree) -> Work[None]:
    """An account that may use an image copies it to another Region."""
    source = tree.pick()
    desk = tree.desk(tree.account_for(source), tree.another_region(source.region))
    yield stage.pause()
    tree.keep(copy_image(stage, desk, source, tree.recipe("copy_region")))


def copy_account(stage: Stage, tree: Tree) -> Work[None]:
    """The owner shares an image with another account, which copies it, half of the time into another Region."""
    source = tree.pick()
    others = [each.account_id for each in stage.organization.teams if each.account_id != source.account_id]
    taker = stage.rng.choice(others or [stage.organization.golden.account_id])
    if source is not tree.root and source.account_id != taker:
        share(stage, tree.owner_desk(source), source, ("account", taker))
    yield stage.pause()
    region = stage.rng.choice((source.region, tree.another_region(source.region)))
    tree.keep(copy_image(stage, tree.desk(taker, region), source, tree.recipe("copy_account")))


def copy_public(stage: Stage, tree: Tree) -> Work[None]:
    """A team copies the publisher's image itself."""
    account_id = stage.rng.choice(stage.organization.teams).account_id
    desk = tree.desk(account_id, tree.another_region(tree.root.region))
    yield stage.pause()
    tree.keep(copy_image(stage, desk, tree.root, tree.recipe("copy_public")))
