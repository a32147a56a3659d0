"""The elements of one generation in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graph_store.elements import build_placeholder
from graph_store.models import Edge, Marker, Scalar, Vertex


@dataclass(slots=True)
class World:
    """Vertices, edges by id and by end, epochs and the marker of one generation."""

    vertices: dict[str, Vertex] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    marker: Marker | None = None
    _touching: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def put_vertex(self, vertex: Vertex) -> None:
        """Create or replace a vertex."""
        self.vertices[vertex.id] = vertex
        self.epochs.setdefault(vertex.id, 0)

    def put_edge(self, edge: Edge, owner: str | None) -> None:
        """Create or replace an edge; missing ends become placeholders."""
        for end in (edge.source, edge.target):
            if end not in self.vertices:
                self.put_vertex(build_placeholder(end))
            self._touching[end][edge.id] = None
        properties: dict[str, Scalar] = dict(edge.properties)
        if owner is not None:
            properties["owner"] = owner
        self.edges[edge.id] = Edge(edge.id, edge.label, edge.source, edge.target, properties)

    def drop_edge(self, edge_id: str) -> None:
        """Remove an edge."""
        edge = self.edges.pop(edge_id)
        self._touching[edge.source].pop(edge_id, None)
        self._touching[edge.target].pop(edge_id, None)

    def touching(self, vertex_id: str) -> Iterator[Edge]:
        """Edges that leave or reach a vertex."""
        return (self.edges[edge_id] for edge_id in list(self._touching.get(vertex_id, ())))

    def leaving(self, vertex_id: str, labels: Iterable[str]) -> list[Edge]:
        """Edges of these labels from a vertex."""
        return [
            edge for edge in self.touching(vertex_id) if edge.source == vertex_id and edge.label in labels
        ]

    def reaching(self, vertex_id: str, labels: Iterable[str]) -> list[Edge]:
        """Edges of these labels into a vertex."""
        return [
            edge for edge in self.touching(vertex_id) if edge.target == vertex_id and edge.label in labels
        ]
