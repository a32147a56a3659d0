"""Shapes of the answers (DESIGN 8): tools rely on these names. None means: not known."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """What all shapes share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SharedWith(Answer):
    """Somebody an image is shared with."""

    kind: str
    value: str


class Node(Answer):
    """A resource. `depth` counts steps from the image that was asked about, which has 0.

    `placeholder`: something refers to it, but no event of its own is recorded.
    """

    id: str
    kind: str
    resource_id: str
    partition: str | None = None
    region: str | None = None
    account_id: str | None = None
    account_name: str | None = None
    owner: str | None = None
    state: str | None = None
    name: str | None = None
    depth: int | None = None
    public: bool | None = None
    shared_with: tuple[SharedWith, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)
    created_at: str | None = None
    created_by: str | None = None
    family: str | None = None
    version: str | None = None
    terminal_reason: str | None = None
    description: str | None = None
    architecture: str | None = None
    method: str | None = None
    confidence: str | None = None
    placeholder: bool = False
    incomplete: bool = False


class Edge(Answer):
    """`source` is the derived thing, `target` what it came from."""

    source: str
    target: str
    kind: str
    method: str | None = None
    confidence: str | None = None
    evidence: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None


class InstanceRow(Answer):
    """An instance; `runs` is the image whose content it effectively runs."""

    instance_id: str
    name: str | None = None
    account_id: str | None = None
    account_name: str | None = None
    owner: str | None = None
    region: str | None = None
    state: str | None = None
    launched_from: str | None = None
    runs: str | None = None
    since: str | None = None
    last_seen_at: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None
    instance_profile: str | None = None
    auto_scaling_group: str | None = None
    launched_by: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class ActorView(Answer):
    """Who did it, as CloudTrail says."""

    type: str | None = None
    arn: str | None = None
    session_issuer_arn: str | None = None
    source_identity: str | None = None
    invoked_by: str | None = None
    source_ip: str | None = None


class SourceView(Answer):
    """Where an event was learnt from."""

    kind: str
    record_id: str
    account_id: str | None = None
    region: str | None = None
    verified: bool = False


class EventView(Answer):
    """One event of the log."""

    event_id: str
    event_type: str
    stream_id: str
    occurred_at: str
    recorded_at: str
    actor: ActorView | None = None
    source: SourceView
    data: dict[str, Any]


class Unknown(Answer):
    """Something the answer does not know, and why."""

    subject: str
    reason: str
    detail: str


class GapView(Answer):
    """A time, or resources, of which no source told; null is open. `resources` counts them."""

    begins: str | None = None
    ends: str | None = None
    reason: str
    resources: int = 0


class CoverageRow(Answer):
    """What has been seen of one account in one Region. A silent account is not a quiet one.

    `covered_since`: begin of the oldest history that was read; `covered_until`: up to when a source has told, and
    `lag_seconds` how long ago that is. `gaps` is "unknown" where no source ever said what it covers; the event
    times are then all that is known. `denied` and `failed`: what the newest scans could not read.
    """

    account_id: str | None = None
    account_name: str | None = None
    region: str | None = None
    resources: int
    events: int
    first_event_at: str | None = None
    last_event_at: str | None = None
    covered_since: str | None = None
    covered_until: str | None = None
    lag_seconds: float | None = None
    sources: tuple[str, ...] = ()
    described_at: str | None = None
    canary_at: str | None = None
    denied: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    gaps: tuple[GapView, ...] | Literal["unknown"] = "unknown"


class Coverage(Answer):
    """What the answer rests on. `complete` is "no" where something is known to be missing, else "unknown"."""

    complete: Literal["unknown", "no"] = "unknown"
    detail: str = (
        "Completeness is not proven: gaps in the records of an account and Region would not show here."
    )
    regions: tuple[CoverageRow, ...] = ()


class LineageAnswer(Answer):
    """Where an image came from and what was made of it.

    `truncated`: more nodes than stand on this page; `deeper`: the lineage goes on beyond the depth.
    """

    image: Node
    direction: Literal["ancestors", "descendants", "both"]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    instances: tuple[InstanceRow, ...] = ()
    history: tuple[EventView, ...]
    truncated: bool
    deeper: bool
    next_cursor: str | None = None
    coverage: Coverage
    unknowns: tuple[Unknown, ...]
    as_of: str | None = None
    known_at: str | None = None


class Evidence(Answer):
    """An event that a step of the chain rests on; only `event_id` is known when it is not in the log."""

    event_id: str
    event_type: str | None = None
    stream_id: str | None = None
    occurred_at: str | None = None
    actor: str | None = None
    record_id: str | None = None


class ChainParent(Answer):
    """A parent, how it is known, and by which events."""

    image: str
    method: str | None = None
    confidence: str | None = None
    valid_from: str | None = None
    evidence: tuple[Evidence, ...] = ()


class ChainStep(Answer):
    """One image of the chain with its parents."""

    image: Node
    parents: tuple[ChainParent, ...]


class ChainEnd(Answer):
    """Where the chain ends, and why."""

    image: str
    terminal_reason: str | None
    explanation: str


class ProvenanceAnswer(Answer):
    """The chain of custody up to every end."""

    image: Node
    chain: tuple[ChainStep, ...]
    ends: tuple[ChainEnd, ...]
    confidence: str | None
    truncated: bool
    coverage: Coverage
    unknowns: tuple[Unknown, ...]
    as_of: str | None = None
    known_at: str | None = None


class HistoryAnswer(Answer):
    """Every event of an image, in the order in which they happened."""

    image: Node
    events: tuple[EventView, ...]
    next_cursor: str | None = None
    coverage: Coverage
    as_of: str | None = None
    known_at: str | None = None
