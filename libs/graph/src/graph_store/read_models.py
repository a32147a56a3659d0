"""What is read from the graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from graph_store.models import Edge, Vertex

MAX_DEPTH: Final = 100
MAX_NODES: Final = 50_000
UNKNOWN: Final = "unknown"
"""As a filter it finds what has no value; as a key of a count it stands for what has no value."""


class Direction(StrEnum):
    """Where to look from an image: `ancestors` are what it came from."""

    ANCESTORS = "ancestors"
    DESCENDANTS = "descendants"
    BOTH = "both"


Include = Literal["instances", "snapshots"]


@dataclass(frozen=True, slots=True)
class LineageNode:
    """A vertex of a lineage, with its distance from the root.

    `depth` counts steps; an instance or snapshot is one step further than its nearest image.
    """

    vertex: Vertex
    depth: int
    relation: Literal["root", "ancestor", "descendant", "instance", "snapshot"]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Nodes by depth and id, and the edges among them."""

    nodes: tuple[LineageNode, ...]
    edges: tuple[Edge, ...]
    truncated: bool
    """More nodes exist within the depth than the limit allowed."""
    deeper: bool
    """The lineage goes on beyond the depth that was asked for."""


@dataclass(frozen=True, slots=True)
class Impact:
    """Instances that run (RUNS) or were launched from an image or its descendants, with those edges."""

    image_ids: frozenset[str]
    instances: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Edges by id, and the vertices at their far end by id."""

    edges: tuple[Edge, ...]
    vertices: Mapping[str, Vertex]
    truncated: bool


class SearchFilters(BaseModel):
    """Conditions of a search; all have to hold. `name` and `resource_id` are globs with * and ?.

    `account_id`, `region`, `state`, `method`, `confidence`: "unknown" finds images without a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource_id: str | None = None
    name: str | None = None
    account_id: str | None = None
    region: str | None = None
    state: str | None = None
    method: str | None = None
    confidence: str | None = None
    terminal_reason: str | None = None
    created_by: str | None = None
    created_from: str | None = None
    created_before: str | None = None
    tags: Mapping[str, str | None] = Field(default_factory=dict)
    """Tag key to value; None finds the key with any value."""
    public: bool | None = None


class SearchCursor(BaseModel):
    """Where a page ended: the last image's `created_at` ("" when unknown) and stream id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    created_at: str
    id: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Images sorted by created_at (newest first, unknown last), then by id; `after` is None on the last page."""

    vertices: tuple[Vertex, ...]
    after: SearchCursor | None


@dataclass(frozen=True, slots=True)
class GraphCounts:
    """Counts for the overview; the key "unknown" stands for vertices without the value."""

    images: int
    instances: int
    images_by_state: Mapping[str, int]
    images_by_account: Mapping[str, int]
    images_by_region: Mapping[str, int]
    images_by_method: Mapping[str, int]
    images_by_confidence: Mapping[str, int]
    images_by_terminal_reason: Mapping[str, int]
    instances_by_state: Mapping[str, int]
    unknown_parents: int
    """Images without a parent whose chain ends in before_recorded_history or missing_event, or nowhere."""
