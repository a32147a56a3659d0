"""Which generations of the graph exist, which one readers see, and who writes them."""

from graph_store.generations.dynamodb import DynamoDbGenerationRegistry
from graph_store.generations.interface import GenerationRegistry
from graph_store.generations.memory import InMemoryGenerationRegistry
from graph_store.generations.models import (
    ActiveGeneration,
    GenerationRecord,
    GenerationState,
    Lease,
    every_lease_names,
    no_lease_names,
)
from graph_store.generations.table import build_projection_table_spec

__all__ = [
    "ActiveGeneration",
    "DynamoDbGenerationRegistry",
    "GenerationRecord",
    "GenerationRegistry",
    "GenerationState",
    "InMemoryGenerationRegistry",
    "Lease",
    "build_projection_table_spec",
    "every_lease_names",
    "no_lease_names",
]
