"""Builders of elements for the tests of this folder."""

from ami_lineage_contracts.graph import LABEL_OF_KIND
from graph_store import Edge, GraphStore, StreamFacts, Vertex, WriteOutcome, build_edge_id


def image(name: str) -> str:
    return f"image/aws/us-east-1/ami-{name}"


def snapshot(name: str) -> str:
    return f"snapshot/aws/us-east-1/snap-{name}"


def volume(name: str) -> str:
    return f"volume/aws/us-east-1/vol-{name}"


def instance(name: str) -> str:
    return f"instance/aws/us-east-1/i-{name}"


def template(name: str) -> str:
    return f"launch-template/aws/us-east-1/lt-{name}"


def named(kind: str, name: str) -> str:
    return f"{kind}/aws/us-east-1/111122223333/{name}"


def edge(label: str, source: str, target: str, mark: str | None = None, **properties: str) -> Edge:
    return Edge(build_edge_id(label, source, target, mark), label, source, target, properties)


def facts(
    stream_id: str, count: int, *edges: Edge, event_hash: str | None = None, **properties: str
) -> StreamFacts:
    label = LABEL_OF_KIND[stream_id.partition("/")[0]]
    return StreamFacts(Vertex(stream_id, label, properties), edges, count, event_hash or f"hash-{count}")


def vertex(stream_id: str, **properties: str | bool) -> Vertex:
    kind, *_, resource_id = stream_id.split("/")
    return Vertex(
        stream_id,
        kind.capitalize(),
        {
            "kind": kind,
            "resource_id": resource_id,
            "event_count": 1,
            "event_hash": "h",
            "placeholder": False,
            **properties,
        },
    )


def derive(source: str, target: str) -> Edge:
    return edge("DERIVED_FROM", image(source), image(target), method="copy_image")


async def read_all(store: GraphStore, generation: str) -> dict[str, Vertex | Edge]:
    found: dict[str, Vertex | Edge] = {}
    async for element in store.elements(generation):
        assert element.id not in found, "an element came twice"
        found[element.id] = element
    return found


async def write(store: GraphStore, generation: str, *given: StreamFacts) -> list[WriteOutcome]:
    return [one.outcome for one in await store.write_facts(generation, given)]
