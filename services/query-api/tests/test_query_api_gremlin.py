"""Impact, usage and the past say the same over Gremlin Server as over the graph in memory."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import query_api_closed as closed
import query_api_estate as estate
from query_api_organization import EDGES, GOLDEN, VERTICES

from ami_lineage_contracts.envelope import EventEnvelope
from graph_store import GraphStore, GremlinSettings, InMemoryGraphStore, Marker, open_gremlin_store
from graph_store.generations import InMemoryGenerationRegistry
from query_api.adapters.graph import ActiveGraph
from query_api.application.accounts import AccountDirectory
from query_api.application.capturing import CoverageReader
from query_api.application.images import ImageFinder
from query_api.application.impact import ImpactService
from query_api.application.impact_answers import ImpactRequest
from query_api.application.lineage import LineageQuestion, LineageService
from query_api.application.surroundings import Surroundings
from query_api.application.survey import Survey
from query_api.application.unsure_groups import UnsureGroups
from query_api.application.usage import UsageService
from query_api.domain.cursors import CursorCodec
from query_api.domain.moments import Cut

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 30, tzinfo=UTC)
CODEC = CursorCodec(b"s" * 32)


class Log:
    """The event log, as far as it is read here."""

    def __init__(self, streams: Mapping[str, tuple[EventEnvelope, ...]]) -> None:
        self._streams = streams

    async def read_streams(self, stream_ids: Sequence[str]) -> dict[str, tuple[EventEnvelope, ...]]:
        return {stream: self._streams.get(stream, ()) for stream in stream_ids}


@pytest.fixture
async def stores(request: Any, graph_generation: str) -> AsyncIterator[tuple[GraphStore, GraphStore]]:
    endpoint = request.getfixturevalue("local_servers").endpoints.gremlin
    real = open_gremlin_store(GremlinSettings(endpoint=endpoint, page_size=3))
    yield real, InMemoryGraphStore()
    await real.drop_generation(graph_generation)
    await real.close()


async def open_graph(store: GraphStore, generation: str) -> ActiveGraph:
    register = InMemoryGenerationRegistry()
    await store.set_marker(Marker(generation, "2026-11-20T10:00:00.000000Z", 1))
    await register.create_generation(generation, 1)
    await register.mark_catching_up(generation)
    await register.activate(generation, 0)
    return ActiveGraph(store, register, lambda: 0.0)


async def test_impact_usage_and_coverage_are_the_same(
    stores: tuple[GraphStore, GraphStore], graph_generation: str
) -> None:
    answers = []
    for store in stores:
        await store.load(graph_generation, [*VERTICES, *estate.VERTICES], [*EDGES, *estate.EDGES])
        graph = await open_graph(store, graph_generation)
        finder, coverage = ImageFinder(graph), CoverageReader(Log(estate.EVENTS), lambda: NOW)
        around = Surroundings(AccountDirectory(graph), coverage)
        impact = ImpactService(graph, finder, CODEC, around, UnsureGroups(graph, lambda: NOW))
        answers.append(
            [
                await impact.answer(ImpactRequest(ami_id=GOLDEN)),
                await impact.answer(ImpactRequest(principal=estate.DEPLOYER)),
                await UsageService(graph, finder, around).answer(GOLDEN, 100),
                await Survey(graph, coverage, lambda: NOW).answer(explain=True),
            ]
        )

    real, fake = answers
    assert real[0].counts.latent == 1
    assert real == fake


async def test_the_past_is_the_same(stores: tuple[GraphStore, GraphStore], graph_generation: str) -> None:
    answers = []
    for store in stores:
        await closed.load(store, graph_generation, closed.ALL)
        graph, log = await open_graph(store, graph_generation), Log(closed.group(closed.ALL))
        around = Surroundings(AccountDirectory(graph), CoverageReader(log, lambda: NOW))
        service = LineageService(graph, log, ImageFinder(graph), CODEC, around)
        answers.append(
            [
                await service.answer(
                    LineageQuestion(image=closed.BUILD, include=frozenset({"instances"}), cut=cut)
                )
                for cut in (Cut(as_of=closed.moment(11)), Cut(known_at=closed.moment(36)))
            ]
        )

    assert len(answers[0][0].nodes) > 3
    assert answers[0] == answers[1]
