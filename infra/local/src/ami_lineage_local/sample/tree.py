"""A tree of images that grows from one public image: who may use what, and what grows next."""

from dataclasses import dataclass, field

from ami_lineage_local.sample.cloud.image_records import Recipe, public_image
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.names import COMPONENTS
from ami_lineage_local.sample.organization import REGIONS
from ami_lineage_local.sample.world import Image

DEEPEST = 8
_TAGGED = 0.8
_PREFERS_DEEPEST = 0.5


@dataclass(slots=True)
class Tree:
    """The living images of one root; `number` makes its names unique."""

    stage: Stage
    number: int
    root: Image
    budget: int
    images: list[Image] = field(default_factory=list)
    spares: list[Image] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many images may still grow."""
        return self.budget - len(self.images)

    def may_grow(self, image: Image) -> bool:
        """Whether one image more is wanted, and an image is not so deep that it has no children."""
        return self.left > 0 and image.depth < DEEPEST

    def keep(self, image: Image) -> Image:
        """Count a new image and let others grow from it."""
        self.images.append(image)
        return image

    def pick(self) -> Image:
        """An image to build on: half of the time the deepest that may have children."""
        usable = [
            image
            for image in self.images
            if image.state == "available" and image.depth < DEEPEST and image.partition == "aws"
        ]
        if not usable:
            return self.root
        if self.stage.rng.random() < _PREFERS_DEEPEST:
            return max(usable, key=lambda image: image.depth)
        return self.stage.rng.choice(usable)

    def pick_recorded(self) -> Image:
        """An image of the organization whose making is recorded: its golden image if there is no other."""
        usable = [
            image
            for image in self.images
            if image.recorded and image.depth < DEEPEST and image.partition == "aws"
        ]
        return self.stage.rng.choice([each for each in usable if each.state == "available"] or usable)

    def other(self, desk: Desk, image: Image) -> Image:
        """A different image that the desk may launch; a public one when the tree has none."""
        usable = [
            each
            for each in (*self.images, *self.spares)
            if each is not image
            and each.state == "available"
            and each.region == desk.region
            and each.depth < DEEPEST
            and self.may_use(desk.account_id, each)
        ]
        if not usable:
            usable = [public_image(self.stage, desk.region)]
            self.spares.extend(usable)
        return self.stage.rng.choice(usable)

    def may_use(self, account_id: str, image: Image) -> bool:
        """Whether the account owns the image or it is shared with it."""
        kinds = {kind for kind, _ in image.shared_with}
        return (
            image is self.root
            or image in self.spares
            or image.account_id == account_id
            or bool(kinds & {"group", "organization"})
            or ("account", account_id) in image.shared_with
        )

    def account_for(self, image: Image) -> str:
        """An account that may launch the image; teams rather than the pipeline where both may."""
        teams = [
            each.account_id for each in self.stage.organization.teams if self.may_use(each.account_id, image)
        ]
        return self.stage.rng.choice(teams) if teams else image.account_id

    def desk_for(self, image: Image) -> Desk:
        """A pipeline's desk where the image can be launched."""
        return self.desk(self.account_for(image), image.region)

    def desk(self, account_id: str, region: str) -> Desk:
        """A desk of the pipeline, EC2 Image Builder, or the IAM user that some still have."""
        callers, now = self.stage.callers, self.stage.now
        chance = self.stage.rng.random()
        if chance < 0.7:  # noqa: PLR2004 - most images come from the pipeline
            return Desk(account_id, region, callers.pipeline(account_id, now))
        if chance < 0.9:  # noqa: PLR2004 - a fifth from Image Builder, the rest by hand
            return Desk(account_id, region, callers.builder(account_id, now))
        return Desk(account_id, region, callers.user(account_id))

    def owner_desk(self, image: Image) -> Desk:
        """A person's desk in the account that owns the image."""
        return Desk(
            image.account_id, image.region, self.stage.callers.person(image.account_id, self.stage.now)
        )

    def another_region(self, region: str) -> str:
        """A Region other than the given one."""
        return self.stage.rng.choice([each for each in REGIONS if each != region])

    def recipe(self, scenario: str) -> Recipe:
        """A name of an application's image, with tags in most cases."""
        component = self.stage.rng.choice(COMPONENTS)
        name = f"{component}-{self.number:05d}-{len(self.images) + 1:02d}-{self.stage.names.version()}"
        tags = (("Name", component), ("Application", component))
        return Recipe(name, scenario, tags if self.stage.rng.random() < _TAGGED / 2 else ())

    def required_tags(self, version: str) -> dict[str, str]:
        """The tags that the organization asks for."""
        account = self.stage.rng.choice(self.stage.organization.accounts)
        return {
            "Owner": account.owner,
            "Environment": self.stage.rng.choice(("prod", "staging", "dev")),
            "Version": version,
            "Approved": self.stage.rng.choice(("true", "false")),
            "CostCenter": str(self.stage.rng.randint(1000, 9999)),
        }

    def forgets_tags(self) -> bool:
        """Whether this builder leaves the required tags out."""
        return self.stage.rng.random() >= _TAGGED
