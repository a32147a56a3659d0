"""What a rule may know about an image: facts only, gathered by the caller."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.graph import Confidence, Method, TerminalReason


class LineageNode(BaseModel):
    """An image on the way to the roots."""

    model_config = ConfigDict(frozen=True)

    stream_id: str
    image_id: str
    account_id: str | None = None
    terminal_reason: TerminalReason | None = None


class LineageEdge(BaseModel):
    """`child` was derived from `parent`."""

    model_config = ConfigDict(frozen=True)

    child: str
    parent: str
    method: Method
    confidence: Confidence
    evidence: tuple[str, ...] = ()


class Lineage(BaseModel):
    """Ancestors of an image; `truncated`: there are more than were read."""

    model_config = ConfigDict(frozen=True)

    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    truncated: bool = False

    def get_node(self, stream_id: str) -> LineageNode:
        """The node of a stream; an image that was not read is a node about which nothing is known."""
        known = self._nodes_by_id.get(stream_id)
        return known or LineageNode(stream_id=stream_id, image_id=stream_id.rpartition("/")[2])

    def list_parent_edges(self, stream_id: str) -> tuple[LineageEdge, ...]:
        """Edges from an image to its parents."""
        return self._edges_by_child.get(stream_id, ())

    @cached_property
    def _nodes_by_id(self) -> Mapping[str, LineageNode]:
        return {node.stream_id: node for node in self.nodes}

    @cached_property
    def _edges_by_child(self) -> Mapping[str, tuple[LineageEdge, ...]]:
        edges = defaultdict[str, list[LineageEdge]](list)
        for edge in self.edges:
            edges[edge.child].append(edge)
        return {child: tuple(of_child) for child, of_child in edges.items()}


class ImageFacts(BaseModel):
    """One image.

    `tags_complete`: the absence of a tag in `tags` proves that the image has no such tag.
    `seen` is False for an image that only other records name: nothing about it itself was recorded.
    """

    model_config = ConfigDict(frozen=True)

    stream_id: str
    image_id: str
    name: str | None = None
    account_id: str | None = None
    state: str | None = None
    tags: dict[str, str]
    tags_complete: bool
    seen: bool = True
    lineage: Lineage
