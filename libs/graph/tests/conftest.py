"""Stores under test: the fake and the real one keep the same promises."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from gremlin_python.process.traversal import Bytecode

from graph_store import GraphStore, GremlinGraphStore, GremlinSettings, InMemoryGraphStore, open_gremlin_store
from graph_store.neptune_safety import find_violations


@pytest.fixture
def emitted() -> Iterator[list[Bytecode]]:
    """Every traversal that a test makes the store emit; none may be one that Neptune refuses."""
    traversals: list[Bytecode] = []
    yield traversals
    assert {violation for one in traversals for violation in find_violations(one)} == set()


@pytest.fixture
def gremlin_settings(request: pytest.FixtureRequest) -> GremlinSettings:
    """Small batches and pages, so that few elements already fill several."""
    endpoint = request.getfixturevalue("local_servers").endpoints.gremlin
    return GremlinSettings(endpoint=endpoint, write_records=120, load_records=60, page_size=7)


sys.path.insert(0, str(Path(__file__).parent))  # import mode importlib puts no test folder on the path

OpenStore = Callable[[], GraphStore]


@pytest.fixture(params=["memory", pytest.param("gremlin", marks=pytest.mark.servers)])
async def open_store(
    request: pytest.FixtureRequest, emitted: list[Bytecode], graph_generation: str
) -> AsyncIterator[OpenStore]:
    """Opens stores on one graph, as several services do."""
    if request.param == "memory":
        fake = InMemoryGraphStore()
        yield lambda: fake
        return
    settings = request.getfixturevalue("gremlin_settings")
    opened: list[GremlinGraphStore] = []

    def open_one() -> GraphStore:
        opened.append(open_gremlin_store(settings, observer=emitted.append))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.drop_generation(graph_generation)
        await store.close()


@pytest.fixture
def store(open_store: OpenStore) -> GraphStore:
    """One store."""
    return open_store()
