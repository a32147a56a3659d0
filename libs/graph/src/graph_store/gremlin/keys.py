"""How elements stand in the store: ids with the generation in front, and properties only the store knows."""

from collections.abc import Mapping
from typing import Any, Final

from graph_store.elements import CLOSED_LABELS
from graph_store.models import Edge, Properties, Scalar, Vertex

GENERATION: Final = "generation"
EPOCH: Final = "epoch"
SORT_KEY: Final = "sort_key"
"""created_at of an image, or "" when it is not known, so that every image can be sorted and paged."""

EDGE_ID: Final = "edge_id"
"""An edge's id for us. Its id in the store ends in a number that rises with each write of its owner, so that a
dropped id never comes back: TinkerTransactionGraph 3.7.3 keeps dropped elements that were read (it resets their
use without counting it down) and then refuses their ids for ever with "element modified in another transaction".
"""

INTERNAL: Final = frozenset({GENERATION, EPOCH, SORT_KEY, EDGE_ID})
MARKER_LABEL: Final = "Marker"


def to_store_id(generation: str, element_id: str) -> str:
    """Id in the store."""
    return f"{generation}|{element_id}"


def to_edge_store_id(generation: str, edge_id: str, serial: int) -> str:
    """Id of an edge in the store; `serial` is new with each write of its owner, 0 in a bulk load."""
    return f"{generation}|{edge_id}#{serial}"


def build_internal(generation: str, label: str, properties: Properties) -> dict[str, Scalar]:
    """The store's own properties of a vertex, its epoch aside."""
    internal: dict[str, Scalar] = {GENERATION: generation}
    if label == "Image":
        internal[SORT_KEY] = properties.get("created_at", "")
    return internal


def has_epoch(label: str) -> bool:
    """Whether vertices of this label are closed."""
    return label in CLOSED_LABELS


def from_vertex_map(generation: str, values: Mapping[str, Any]) -> Vertex:
    """A vertex from its element map."""
    return Vertex(
        id=str(values["~id"]).removeprefix(f"{generation}|"),
        label=values["~label"],
        properties={key: value for key, value in values.items() if key[0] != "~" and key not in INTERNAL},
    )


def from_edge_map(values: Mapping[str, Any]) -> Edge:
    """An edge from its value map: the id names label and ends, so that no other element has to be read."""
    edge_id: str = values[EDGE_ID]
    label, source, target, *_ = edge_id.split("|", maxsplit=3)
    return Edge(
        id=edge_id,
        label=label,
        source=source,
        target=target,
        properties={key: value for key, value in values.items() if key not in INTERNAL},
    )
