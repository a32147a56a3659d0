"""The digest of a graph: equal for equal graphs whatever the order, the batching or the way they were built.

Each element becomes canonical JSON without times of writing and epochs, its sha256 is added modulo 2**256 to
one of 256 buckets (by hash of its id), so that two graphs can be compared bucket by bucket. Placeholders that
no edge touches are left out: they are traces of facts that were corrected.
"""

import hashlib
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Final

import orjson

from graph_store.models import Edge, Vertex

BUCKETS: Final = 256
_MODULUS: Final = 2**256


@dataclass(frozen=True, slots=True)
class GraphDigest:
    """Digest in hex, how many elements it covers, and the digest of each bucket."""

    digest: str
    vertices: int
    edges: int
    buckets: tuple[str, ...]

    def find_differing_buckets(self, other: "GraphDigest") -> tuple[int, ...]:
        """Numbers of the buckets in which two graphs differ."""
        return tuple(i for i, (a, b) in enumerate(zip(self.buckets, other.buckets, strict=True)) if a != b)


def find_bucket(element_id: str) -> int:
    """The bucket of an element."""
    return hashlib.sha256(element_id.encode()).digest()[0]


def build_element_hash(element: Vertex | Edge) -> int:
    """Hash of one element over its id, label, ends and properties."""
    ends = [element.source, element.target] if isinstance(element, Edge) else []
    body = orjson.dumps(
        [element.id, element.label, ends, dict(element.properties)], option=orjson.OPT_SORT_KEYS
    )
    return int.from_bytes(hashlib.sha256(body).digest(), "big")


async def digest(elements: AsyncIterable[Vertex | Edge]) -> GraphDigest:
    """Digest of all elements of one generation; remembers ids of placeholders and touched vertices only."""
    sums = [0] * BUCKETS
    counted = {Vertex: 0, Edge: 0}
    untouched: dict[str, int] = {}
    touched: set[str] = set()

    def add(element_id: str, kind: type[Vertex | Edge], value: int) -> None:
        bucket = find_bucket(element_id)
        sums[bucket] = (sums[bucket] + value) % _MODULUS
        counted[kind] += 1

    async for element in elements:
        value = build_element_hash(element)
        if isinstance(element, Edge):
            add(element.id, Edge, value)
            for end in (element.source, element.target):
                if end in untouched:
                    add(end, Vertex, untouched.pop(end))
                touched.add(end)
        elif element.properties.get("placeholder") is True and element.id not in touched:
            untouched[element.id] = value
        else:
            add(element.id, Vertex, value)
    buckets = tuple(f"{value:064x}" for value in sums)
    return GraphDigest(
        digest=hashlib.sha256("".join(buckets).encode()).hexdigest(),
        vertices=counted[Vertex],
        edges=counted[Edge],
        buckets=buckets,
    )
