"""The lineage graph behind Gremlin: guarded upserts, bounded traversals, digest, generations."""

from graph_store.errors import (
    GenerationConflictError,
    GraphNotReadyError,
    GraphStoreError,
    InvalidElementError,
    PermanentGraphError,
    TransientGraphError,
)
from graph_store.interface import GraphReadStore, GraphStore, GraphWriteStore
from graph_store.memory.reads import InMemoryGraphStore
from graph_store.models import (
    CLOSURE_PROPERTIES,
    EDGES_OWNED_BY_TARGET,
    ClosureWrite,
    Edge,
    Marker,
    StreamFacts,
    Vertex,
    WriteOutcome,
    WriteResult,
    build_edge_id,
)
from graph_store.read_models import (
    Direction,
    GraphCounts,
    Impact,
    LineageNode,
    SearchCursor,
    SearchFilters,
    SearchPage,
    Subgraph,
)

__all__ = [
    "CLOSURE_PROPERTIES",
    "EDGES_OWNED_BY_TARGET",
    "ClosureWrite",
    "Direction",
    "Edge",
    "GenerationConflictError",
    "GraphCounts",
    "GraphNotReadyError",
    "GraphReadStore",
    "GraphStore",
    "GraphStoreError",
    "GraphWriteStore",
    "Impact",
    "InMemoryGraphStore",
    "InvalidElementError",
    "LineageNode",
    "Marker",
    "PermanentGraphError",
    "SearchCursor",
    "SearchFilters",
    "SearchPage",
    "StreamFacts",
    "Subgraph",
    "TransientGraphError",
    "Vertex",
    "WriteOutcome",
    "WriteResult",
    "build_edge_id",
]
