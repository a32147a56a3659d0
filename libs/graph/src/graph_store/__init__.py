"""The lineage graph behind Gremlin: guarded upserts, bounded traversals, digest, generations."""

from graph_store.digest import GraphDigest, digest
from graph_store.errors import (
    GenerationConflictError,
    GraphNotReadyError,
    GraphStoreError,
    InvalidElementError,
    PermanentGraphError,
    TransientGraphError,
)
from graph_store.generations import (
    ActiveGeneration,
    DynamoDbGenerationRegistry,
    GenerationRecord,
    GenerationRegistry,
    GenerationState,
    InMemoryGenerationRegistry,
    Lease,
    build_projection_table_spec,
    every_lease_names,
    no_lease_names,
)
from graph_store.gremlin.neptune_auth import build_neptune_headers
from graph_store.gremlin.opening import open_gremlin_store
from graph_store.gremlin.reads import GremlinGraphStore
from graph_store.gremlin.settings import GremlinSettings
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
    Neighbours,
    SearchCursor,
    SearchFilters,
    SearchPage,
    Subgraph,
)

__all__ = [
    "CLOSURE_PROPERTIES",
    "EDGES_OWNED_BY_TARGET",
    "ActiveGeneration",
    "ClosureWrite",
    "Direction",
    "DynamoDbGenerationRegistry",
    "Edge",
    "GenerationConflictError",
    "GenerationRecord",
    "GenerationRegistry",
    "GenerationState",
    "GraphCounts",
    "GraphDigest",
    "GraphNotReadyError",
    "GraphReadStore",
    "GraphStore",
    "GraphStoreError",
    "GraphWriteStore",
    "GremlinGraphStore",
    "GremlinSettings",
    "Impact",
    "InMemoryGenerationRegistry",
    "InMemoryGraphStore",
    "InvalidElementError",
    "Lease",
    "LineageNode",
    "Marker",
    "Neighbours",
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
    "build_neptune_headers",
    "build_projection_table_spec",
    "digest",
    "every_lease_names",
    "no_lease_names",
    "open_gremlin_store",
]
