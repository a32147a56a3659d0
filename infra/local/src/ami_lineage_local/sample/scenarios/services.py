"""Images made by services of AWS: EC2 Image Builder, AWS Backup, Data Lifecycle Manager."""

from collections.abc import Callable

from ami_lineage_local.sample.cloud.image_records import Recipe
from ami_lineage_local.sample.cloud.images import copy_image, create_image
from ami_lineage_local.sample.cloud.launch_shapes import Launch
from ami_lineage_local.sample.cloud.launches import run_instances
from ami_lineage_local.sample.cloud.parameters import create_recipe
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.identity import Caller
from ami_lineage_local.sample.scenarios.baking import bake
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree


def image_builder(stage: Stage, tree: Tree) -> Work[None]:
    """A recipe, a build from its parent, and the distribution to another Region."""
    source = tree.pick()
    account_id = tree.account_for(source)
    person = Desk(account_id, source.region, stage.callers.person(account_id, stage.now))
    recipe = tree.recipe("image_builder")
    create_recipe(stage, person, recipe.name.replace(".", "-"), source)
    yield stage.pause()
    desk = Desk(account_id, source.region, stage.callers.image_builder(account_id, stage.now))
    tags = (("CreatedBy", "EC2 Image Builder"), ("Ec2ImageBuilderArn", f"arn:aws:imagebuilder:{recipe.name}"))
    image = yield from bake(stage, tree, desk, source, Recipe(recipe.name, recipe.scenario, tags))
    if not tree.may_grow(image):
        return
    there = Desk(account_id, tree.another_region(source.region), desk.caller)
    tree.keep(copy_image(stage, there, image, Recipe(recipe.name, recipe.scenario, tags)))


def backup(stage: Stage, tree: Tree) -> Work[None]:
    """AWS Backup makes an image of a running server."""
    yield from _by_service(stage, tree, "backup", stage.callers.backup)


def lifecycle_manager(stage: Stage, tree: Tree) -> Work[None]:
    """Data Lifecycle Manager makes an image of a running server."""
    yield from _by_service(stage, tree, "lifecycle_manager", stage.callers.lifecycle_manager)


def _by_service(stage: Stage, tree: Tree, scenario: str, caller: Callable[[str, int], Caller]) -> Work[None]:
    source = tree.pick()
    desk = tree.desk_for(source)
    instance = run_instances(stage, desk, source, Launch(tags={"Name": "server", "Backup": "daily"}))[0]
    yield stage.pause(3600, 7200)
    service = Desk(desk.account_id, desk.region, caller(desk.account_id, stage.now))
    tree.keep(create_image(stage, service, instance, tree.recipe(scenario)))
