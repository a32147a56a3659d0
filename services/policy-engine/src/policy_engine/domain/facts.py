"""From vertices and DERIVED_FROM edges to what rules may know about an image."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from graph_store import Edge, Vertex
from lineage_policy.facts import ImageFacts, Lineage, LineageEdge, LineageNode

IMAGE_LABEL: Final = "Image"
DERIVED_FROM: Final = "DERIVED_FROM"
MAX_DEPTH: Final = 100
"""Steps up from an image that are read; a chain that goes on is called truncated."""


def _text(vertex: Vertex, name: str) -> str | None:
    value = vertex.properties.get(name)
    return None if value is None else str(value)


def to_lineage_node(vertex: Vertex) -> LineageNode:
    """An image as a step of a chain."""
    return LineageNode.model_validate(
        {
            "stream_id": vertex.id,
            "image_id": vertex.properties["resource_id"],
            "account_id": _text(vertex, "account_id"),
            "terminal_reason": _text(vertex, "terminal_reason"),
        }
    )


def to_lineage_edge(edge: Edge) -> LineageEdge:
    """A DERIVED_FROM edge with its evidence."""
    evidence: Any = edge.properties.get("evidence", "[]")
    return LineageEdge.model_validate(
        {
            "child": edge.source,
            "parent": edge.target,
            "method": edge.properties["method"],
            "confidence": edge.properties["confidence"],
            "evidence": tuple(json.loads(evidence)),
        }
    )


class ImageGraph:
    """Images and how they descend from each other, as read from the graph; grows while it is read."""

    def __init__(self) -> None:
        self._vertices: dict[str, Vertex] = {}
        self._nodes: dict[str, LineageNode] = {}
        self._parents: dict[str, dict[str, LineageEdge]] = defaultdict(dict)
        self._truncated: set[str] = set()

    def add(self, vertices: Iterable[Vertex], edges: Iterable[Edge]) -> None:
        """Take in what was read; other labels are skipped, what is known already is replaced."""
        for vertex in vertices:
            if vertex.label == IMAGE_LABEL:
                self._vertices[vertex.id] = vertex
                self._nodes[vertex.id] = to_lineage_node(vertex)
        for edge in edges:
            if edge.label == DERIVED_FROM:
                self._parents[edge.source][edge.id] = to_lineage_edge(edge)

    def mark_truncated(self, image: str) -> None:
        """More ancestors of this image exist than were read."""
        self._truncated.add(image)

    def images(self) -> Iterator[str]:
        """Stream ids of all images that were read."""
        return iter(self._vertices)

    def build_facts(self, image: str) -> ImageFacts | None:
        """Facts about an image; None when the graph has no such image."""
        vertex = self._vertices.get(image)
        if vertex is None:
            return None
        properties = vertex.properties
        return ImageFacts(
            stream_id=image,
            image_id=str(properties["resource_id"]),
            name=_text(vertex, "name"),
            account_id=_text(vertex, "account_id"),
            state=_text(vertex, "state"),
            tags=json.loads(str(properties.get("tags", "{}"))),
            tags_complete=properties.get("tags_complete") is True,
            seen=properties.get("placeholder") is not True,
            lineage=self._build_lineage(image),
        )

    def _build_lineage(self, image: str) -> Lineage:
        seen, frontier, edges = {image}, [image], list[LineageEdge]()
        for _ in range(MAX_DEPTH):
            above = [edge for child in frontier for edge in self._parents.get(child, {}).values()]
            edges += above
            frontier = sorted({edge.parent for edge in above} - seen)
            seen.update(frontier)
            if not frontier:
                break
        return Lineage(
            nodes=tuple(self._nodes[one] for one in sorted(seen) if one in self._nodes),
            edges=tuple(edges),
            truncated=image in self._truncated or any(one in self._parents for one in frontier),
        )
