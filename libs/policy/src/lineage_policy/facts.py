"""What a rule may know about an image: facts only, gathered by the caller."""

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
        for node in self.nodes:
            if node.stream_id == stream_id:
                return node
        return LineageNode(stream_id=stream_id, image_id=stream_id.rpartition("/")[2])

    def list_parent_edges(self, stream_id: str) -> tuple[LineageEdge, ...]:
        """Edges from an image to its parents."""
        return tuple(edge for edge in self.edges if edge.child == stream_id)


class ImageFacts(BaseModel):
    """One image. `tags_complete`: the absence of a tag in `tags` proves that the image has no such tag."""

    model_config = ConfigDict(frozen=True)

    stream_id: str
    image_id: str
    name: str | None = None
    account_id: str | None = None
    state: str | None = None
    tags: dict[str, str]
    tags_complete: bool
    lineage: Lineage
