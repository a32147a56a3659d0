"""What really exists, and beside it what the records alone can prove about it.

Each thing carries two answers: `actual`, the image whose content it holds, and `known`, the end of the walk
that a reader of the records can make. Both are fixed when the thing comes into being, so nothing is derived later.
"""

from dataclasses import dataclass, field

MISSING_EVENT = "missing_event"
BEFORE_HISTORY = "before_recorded_history"
DIRECT_BLOCK_WRITE = "direct_block_write"
EXTERNAL_IMPORT = "external_import"


@dataclass(slots=True, eq=False)
class Image:
    """An image; `recorded` is False when no record names it as created."""

    image_id: str
    region: str
    account_id: str
    name: str
    method: str | None
    scenario: str
    root_device: str
    recorded: bool
    created_at: int | None = None
    created_by: str | None = None
    state: str = "available"
    depth: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    shared_with: list[tuple[str, str]] = field(default_factory=list)
    actual_parents: tuple["Image", ...] = ()
    known_parents: tuple["Parent", ...] = ()
    terminal_reason: str | None = None

    @property
    def stream_id(self) -> str:
        """The name of the image in the truth."""
        return f"image/aws/{self.region}/{self.image_id}"


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent that the records prove, and how."""

    image: Image
    method: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a walk through the records ends: at an image, or without one for a reason."""

    image: Image | None
    reason: str | None

    @classmethod
    def found(cls, image: Image) -> "Origin":
        """The walk reached an image."""
        return cls(image, None)

    @classmethod
    def lost(cls, reason: str) -> "Origin":
        """The walk ended without an image."""
        return cls(None, reason)


@dataclass(slots=True, eq=False)
class Volume:
    """A volume; `recorded` is False for one that came with a launch or before the records began."""

    volume_id: str
    region: str
    account_id: str
    zone: str
    size: int
    actual: Image | None
    known: Origin
    recorded: bool


@dataclass(slots=True, eq=False)
class Snapshot:
    """A snapshot and the Region and account that hold it."""

    snapshot_id: str
    region: str
    account_id: str
    size: int
    actual: Image | None
    known: Origin


@dataclass(slots=True, eq=False)
class Instance:
    """An instance with its volumes; `root_attached` is True once a record shows a volume put at the root device."""

    instance_id: str
    region: str
    account_id: str
    zone: str
    image: Image
    launched_at: int
    recorded: bool
    root_device: str
    root: Volume
    known: Origin
    confidence: str = "recorded"
    root_attached: bool = False
    state: str = "running"
    data: list[tuple[str, Volume]] = field(default_factory=list)

    @property
    def stream_id(self) -> str:
        """The name of the instance in the truth."""
        return f"instance/aws/{self.region}/{self.instance_id}"


@dataclass(slots=True)
class World:
    """Everything that the truth tells, in the order in which it came into being."""

    images: list[Image] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
