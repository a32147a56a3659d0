"""What really exists, and beside it what the records alone can prove about it.

Each thing carries two answers: `actual`, the image whose content it holds, and `known`, the end of the walk
that a reader of the records can make. Both are fixed when the thing comes into being, so nothing is derived later.
"""

from collections import Counter
from dataclasses import dataclass, field

from ami_lineage_local.sample.names import partition_of
from ami_lineage_local.sample.references import Group, Parameter, Recipe, Template

MISSING_EVENT = "missing_event"
BEFORE_HISTORY = "before_recorded_history"
DIRECT_BLOCK_WRITE = "direct_block_write"
EXTERNAL_IMPORT = "external_import"


@dataclass(slots=True, eq=False)
class Image:
    """An image; `recorded` is False when no record names it as created.

    `known_state` is the state that the records tell: EC2 seldom says that an image became available.
    `state_disputed`: two records of one second contradict each other about it, and no order of them is known.
    `disputed` holds grants given and taken within one second, of which no record shows the order.
    """

    image_id: str
    region: str
    account_id: str
    name: str | None
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
    known_state: str | None = None
    told_at: int | None = None
    state_disputed: bool = False
    description: str | None = None
    deprecate_at: int | None = None
    protected: bool = False
    watermarks: list[str] = field(default_factory=list)
    stored_in: list[tuple[str, str]] = field(default_factory=list)
    disputed: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, state: str, moment: int) -> None:
        """A record of this second tells the state."""
        self.state_disputed = self.told_at == moment and (self.state_disputed or state != self.known_state)
        self.known_state = state
        self.told_at = moment

    @property
    def partition(self) -> str:
        """The partition of the image's Region."""
        return partition_of(self.region)

    @property
    def stream_id(self) -> str:
        """The name of the image in the truth."""
        return f"image/{self.partition}/{self.region}/{self.image_id}"


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
    """A snapshot and the Region and account that hold it.

    `known_state` is set when the records say that it was deleted or failed, `used_by` names other accounts.
    """

    snapshot_id: str
    region: str
    account_id: str
    size: int
    actual: Image | None
    known: Origin
    known_state: str | None = None
    shared_with: list[str] = field(default_factory=list)
    used_by: list[str] = field(default_factory=list)

    @property
    def stream_id(self) -> str:
        """The name of the snapshot in the truth."""
        return f"snapshot/{partition_of(self.region)}/{self.region}/{self.snapshot_id}"


@dataclass(slots=True)
class Run:
    """What an instance ran from `since` until `until`; `known` and `confidence` are what the records prove."""

    since: int
    known: Origin
    confidence: str
    actual: Image | None
    until: int | None = None


@dataclass(slots=True, eq=False)
class Instance:
    """An instance with its volumes; `root_attached` is True once a record shows a volume put at the root device.

    `runs` begins with the launch where a record shows it. `known` and `confidence` are those of the newest run.
    """

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
    known_state: str | None = "pending"
    group: str | None = None
    launch_known: bool = True
    data: list[tuple[str, Volume]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def stream_id(self) -> str:
        """The name of the instance in the truth."""
        return f"instance/{partition_of(self.region)}/{self.region}/{self.instance_id}"

    def change_root(self, moment: int, known: Origin, confidence: str) -> None:
        """Something else is at the root device from now on; `root` is set already."""
        self.known = known
        self.confidence = confidence
        self.end_run(moment)
        self.runs.append(Run(moment, known, confidence, self.root.actual))

    def end_run(self, moment: int) -> None:
        """The newest run is over."""
        if self.runs and self.runs[-1].until is None:
            self.runs[-1].until = moment


@dataclass(slots=True)
class World:
    """Everything that the truth tells, in the order in which it came into being."""

    images: list[Image] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    """Those to which something happened after they were made."""
    mechanisms: Counter[str] = field(default_factory=Counter)
