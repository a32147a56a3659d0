"""Rules for elements that every store applies (pure)."""

from collections.abc import Iterable
from typing import Final

from ami_lineage_contracts.graph import DERIVED_EDGES, FACT_EDGES, LABEL_OF_KIND
from ami_lineage_contracts.stream_ids import StreamIdError, parse_resource_stream
from graph_store.errors import InvalidElementError
from graph_store.models import (
    CLOSURE_PROPERTIES,
    EDGES_OWNED_BY_TARGET,
    ClosureWrite,
    Edge,
    Scalar,
    StreamFacts,
    Vertex,
    build_edge_id,
)

CLOSED_LABELS: Final = ("Image", "Instance", "AutoScalingGroup")
"""Vertices that have a closure, so an epoch."""


def build_placeholder(stream_id: str) -> Vertex:
    """The vertex that stands for something referred to but not yet seen.

    An image's chain ends there: nothing recorded says what it was made of.
    """
    properties: dict[str, Scalar] = {"placeholder": True, "event_count": 0, "event_hash": ""}
    try:
        ref = parse_resource_stream(stream_id)
    except StreamIdError:
        return Vertex(stream_id, "External", properties | {"kind": "external", "resource_id": stream_id})
    properties |= {
        "kind": ref.kind.replace("-", "_"),
        "resource_id": ref.resource_id,
        "partition": ref.partition,
    }
    if ref.region is not None:
        properties["region"] = ref.region
    if ref.account_id is not None:
        properties["account_id"] = ref.account_id
    if ref.kind == "image":
        properties["terminal_reason"] = "before_recorded_history"
    return Vertex(stream_id, LABEL_OF_KIND[ref.kind], properties)


def build_fact_properties(facts: StreamFacts) -> dict[str, Scalar]:
    """All properties that a write of facts leaves on the vertex, closure and store's own ones aside."""
    return {
        **{key: value for key, value in facts.vertex.properties.items() if key not in CLOSURE_PROPERTIES},
        "placeholder": False,
        "event_count": facts.event_count,
        "event_hash": facts.event_hash,
    }


def find_missing_ends(edges: Iterable[Edge], present: Iterable[str]) -> list[str]:
    """Ids of ends of edges that are not among those present, sorted (equal lock order for all writers)."""
    return sorted({end for edge in edges for end in (edge.source, edge.target)} - set(present))


def require_valid_id(edge: Edge) -> None:
    """Refuse an edge whose id does not name its label and ends, as that of `build_edge_id` does.

    Raises:
        InvalidElementError: names the edge.
    """
    plain = build_edge_id(edge.label, edge.source, edge.target)
    if edge.id != plain and not edge.id.startswith(f"{plain}|"):
        raise InvalidElementError(f"{edge.id}: the id of an edge is built by build_edge_id, here {plain}")
    if plain.count("|") != 2:  # noqa: PLR2004 - between label, source and target
        raise InvalidElementError(f"{edge.id}: stream ids hold no |")


def require_valid_facts(facts: StreamFacts) -> None:
    """Refuse facts that the guards could not keep consistent.

    Raises:
        InvalidElementError: says which edge breaks which rule.
    """
    owner = facts.vertex.id
    if facts.event_count < 1:
        raise InvalidElementError(f"{owner}: facts need at least one event; placeholders come from edges")
    for edge in facts.edges:
        require_valid_id(edge)
        if edge.label not in FACT_EDGES:
            raise InvalidElementError(f"{edge.id}: {edge.label} is no fact edge; write it with the closure")
        if edge.source != owner and not (edge.target == owner and edge.label in EDGES_OWNED_BY_TARGET):
            raise InvalidElementError(
                f"{edge.id}: {owner} may own edges from itself, and into itself only "
                f"{', '.join(sorted(EDGES_OWNED_BY_TARGET))}"
            )


def require_valid_closure(closure: ClosureWrite) -> None:
    """Refuse a closure that says more than a closure may.

    Raises:
        InvalidElementError: says which property or edge breaks which rule.
    """
    foreign = set(closure.properties) - CLOSURE_PROPERTIES
    if foreign:
        raise InvalidElementError(f"{closure.stream_id}: {sorted(foreign)} are no closure properties")
    for edge in closure.edges:
        require_valid_id(edge)
        if edge.label not in DERIVED_EDGES or edge.source != closure.stream_id:
            raise InvalidElementError(
                f"{edge.id}: a closure holds {', '.join(DERIVED_EDGES)} edges from its vertex"
            )
