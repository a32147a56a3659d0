"""What would launch an image: templates, configurations, parameters and the groups that use them.

Each answers twice, like everything in the world: with the image that it really means, and with what the
records let one know of it. A parameter's value is hidden in CloudTrail, so through it nothing can be known.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from ami_lineage_local.sample.names import partition_of

if TYPE_CHECKING:
    from ami_lineage_local.sample.world import Image


@dataclass(frozen=True, slots=True)
class Means:
    """The image that something launches, and whether the records show it."""

    actual: "Image | None"
    known: bool

    @property
    def known_image(self) -> "Image | None":
        """The image, where the records show it."""
        return self.actual if self.known else None


@dataclass(slots=True, eq=False)
class Parameter:
    """An SSM parameter that names an image; nobody sees its value."""

    name: str
    region: str
    account_id: str
    image: "Image"

    @property
    def stream_id(self) -> str:
        """The name of the parameter in the truth."""
        return _named("parameter", self.region, self.account_id, self.name)

    def means(self) -> Means:
        """What it resolves to."""
        return Means(self.image, known=False)


@dataclass(slots=True, eq=False)
class Template:
    """A launch template; `recorded` is False when it is older than the records."""

    template_id: str
    name: str
    region: str
    recorded: bool
    versions: dict[int, "Image | Parameter | None"] = field(default_factory=dict)
    default: int = 1

    @property
    def stream_id(self) -> str:
        """The name of the template in the truth."""
        return f"launch-template/{partition_of(self.region)}/{self.region}/{self.template_id}"

    @property
    def latest(self) -> int:
        """The newest version."""
        return max(self.versions)

    def means(self, version: str) -> Means:
        """What a version launches; `$Latest` and `$Default` are those of now."""
        number = {"$Latest": self.latest, "$Default": self.default}.get(version) or int(version)
        source = self.versions[number]
        if isinstance(source, Parameter):
            return source.means()
        return Means(source, known=self.recorded and source is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A template at a version, as a group names it."""

    template: Template
    version: str

    def means(self) -> Means:
        """What it launches now."""
        return self.template.means(self.version)


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """A launch configuration."""

    name: str
    image: "Image"
    recorded: bool = True

    def means(self) -> Means:
        """What it launches."""
        return Means(self.image, known=self.recorded)


@dataclass(frozen=True, slots=True, eq=False)
class Override:
    """One override of a mixed-instances policy; what it does not name it takes from the policy's template."""

    instance_type: str
    image: "Image | None" = None
    use: Use | None = None

    def means(self, base: Use) -> Means:
        """What an instance of this override starts from; an image of its own comes first."""
        if self.image is not None:
            return Means(self.image, known=True)
        return (self.use or base).means()


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """A recipe of EC2 Image Builder, which its ARN names, and the image on which it builds."""

    arn: str
    region: str
    account_id: str
    parent: "Image"

    @property
    def stream_id(self) -> str:
        """The name of the recipe in the truth."""
        return _named("image-recipe", self.region, self.account_id, self.arn)


def _named(kind: str, region: str, account_id: str, name: str) -> str:
    return f"{kind}/{partition_of(region)}/{region}/{account_id}/{quote(name, safe='')}"


@dataclass(slots=True, eq=False)
class Group:
    """An auto scaling group and what its next scale-out would start."""

    name: str
    region: str
    account_id: str
    scenario: str
    source: Use | Configuration
    overrides: tuple[Override, ...] = ()
    max_size: int = 4
    deleted: bool = False

    @property
    def stream_id(self) -> str:
        """The name of the group in the truth."""
        return _named("auto-scaling-group", self.region, self.account_id, self.name)

    def means(self) -> tuple[Means, ...]:
        """All images that it may launch; none when it is gone or may have no instance."""
        if self.deleted or self.max_size == 0:
            return ()
        if isinstance(self.source, Use) and self.overrides:
            return tuple(each.means(self.source) for each in self.overrides)
        return (self.source.means(),)
