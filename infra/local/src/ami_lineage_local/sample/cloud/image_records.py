"""What every way of making an image has in common."""

from dataclasses import dataclass

from ami_lineage_local.sample.cloud import notices
from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_specifications
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    BEFORE_HISTORY,
    Image,
)

TOLD = 0.5
"""The share of an image's changes of state of which EC2 tells: it promises no more than its best effort."""
_PUBLIC = (
    ("137112412989", "al2023-ami-2023.9.20261027.0-kernel-6.1-x86_64", "/dev/xvda"),
    ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-jammy-22.04-amd64-server-20261015", "/dev/sda1"),
    ("309956199498", "RHEL-9.6.0_HVM-20261002-x86_64-0-Hourly2-GP3", "/dev/sda1"),
    ("801119661308", "Windows_Server-2022-English-Full-Base-2026.10.14", "/dev/sda1"),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the maker of an image decides: its name, tags given at creation, and why the sample has it."""

    name: str
    scenario: str
    tags: tuple[tuple[str, str], ...] = ()


def new_image(stage: Stage, desk: Desk, recipe: Recipe, method: str, root_device: str) -> Image:
    """An image that comes into being now; half of the time EC2 says later that it is available."""
    image = Image(
        image_id=stage.names.resource("ami"),
        region=desk.region,
        account_id=desk.account_id,
        name=recipe.name,
        method=method,
        scenario=recipe.scenario,
        root_device=root_device,
        recorded=True,
        created_at=stage.now,
        created_by=desk.caller.arn,
        known_state="pending",
    )
    stage.world.images.append(image)
    if stage.rng.random() < TOLD:
        stage.start(notices.tell_available(stage, image), stage.pause(60, 900))
    return image


def public_image(stage: Stage, region: str) -> Image:
    """A publisher's image that no record of the organization creates."""
    publisher, name, root_device = stage.rng.choice(_PUBLIC)
    image = Image(
        image_id=stage.names.resource("ami"),
        region=region,
        account_id=publisher,
        name=name,
        method=None,
        scenario="public_root",
        root_device=root_device,
        recorded=False,
        terminal_reason=BEFORE_HISTORY,
    )
    stage.world.images.append(image)
    return image


def forget(image: Image) -> None:
    """No record names the image as made: what only that record would tell is not known."""
    image.recorded = False
    image.known_state = None


def give_tags(request: Json, image: Image, recipe: Recipe) -> None:
    """Tags of the image itself; those of its snapshots go beside them and are not the image's."""
    if recipe.tags:
        image.tags = dict(recipe.tags)
        request["tagSpecificationSet"] = tag_specifications(
            ("snapshot", {"CreatedFor": recipe.name}), ("image", image.tags)
        )


def descend(image: Image, *parents: Image | None) -> None:
    """Say what the image was really made of."""
    image.actual_parents = tuple(dict.fromkeys(parent for parent in parents if parent is not None))
    image.depth = max((parent.depth + 1 for parent in image.actual_parents), default=0)
