"""The lineage service over a graph and a log of given events, without the HTTP around it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from query_api_closed import group, load

from ami_lineage_contracts.envelope import EventEnvelope
from graph_store.generations import InMemoryGenerationRegistry
from graph_store.memory.reads import InMemoryGraphStore
from graph_store.models import Marker
from query_api.adapters.graph import ActiveGraph
from query_api.application.accounts import AccountDirectory
from query_api.application.capturing import CoverageReader
from query_api.application.images import ImageFinder
from query_api.application.lineage import LineageQuestion, LineageService
from query_api.application.surroundings import Surroundings
from query_api.domain.cursors import CursorCodec
from query_api.domain.moments import Cut, parse_moment
from query_api.errors import ImageNotFoundError

GENERATION = "g0001"


class Log:
    """The event log, as far as it is read here."""

    def __init__(self, events: Sequence[EventEnvelope]) -> None:
        self._streams = group(events)

    async def read_streams(self, stream_ids: Sequence[str]) -> dict[str, tuple[EventEnvelope, ...]]:
        return {stream: self._streams.get(stream, ()) for stream in stream_ids}


async def answer_of(
    events: Sequence[EventEnvelope], image: str, known_at: str | None = None, as_of: str | None = None
) -> dict[str, Any]:
    """Lineage with instances, as JSON."""
    store, register = InMemoryGraphStore(), InMemoryGenerationRegistry()
    await load(store, GENERATION, events)
    await store.set_marker(Marker(GENERATION, "2026-11-20T10:00:00.000000Z", 1))
    await register.create_generation(GENERATION, 1)
    await register.mark_catching_up(GENERATION)
    await register.activate(GENERATION, 0)
    graph, log = ActiveGraph(store, register, lambda: 0.0), Log(events)
    around = Surroundings(AccountDirectory(graph), CoverageReader(log, lambda: datetime.now(UTC)))
    service = LineageService(graph, log, ImageFinder(graph), CursorCodec(b"s" * 32), around)
    question = LineageQuestion(
        image=image,
        include=frozenset({"instances"}),
        cut=Cut(parse_moment(as_of, "as_of"), parse_moment(known_at, "known_at")),
    )
    try:
        answer = await service.answer(question)
    except ImageNotFoundError:
        return {"status_code": 404}
    return answer.model_dump(mode="json") | {"status_code": 200}
