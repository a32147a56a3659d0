"""A small organization in memory, and the application in front of it."""

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.verdicts import CurrentVerdict
from graph_store.generations import InMemoryGenerationRegistry
from graph_store.memory.reads import InMemoryGraphStore
from graph_store.models import Marker
from query_api.adapters.credentials import CredentialStore
from query_api.adapters.graph import ActiveGraph
from query_api.bootstrap import build_service
from query_api.entrypoints.gate import Gate
from query_api.settings import QueryApiSettings

sys.path.insert(0, str(Path(__file__).parent))
from query_api_organization import EDGES, EVENTS, GENERATION, VERDICTS, VERTICES

SECRET = b"s" * 32


class Ticker:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class FakeVerdicts:
    """The verdict table."""

    async def find_verdict(self, stream_id: str) -> CurrentVerdict | None:
        return VERDICTS.get(stream_id)


class FakeEvents:
    """The event log, as far as it is read here."""

    def __init__(self) -> None:
        self.streams = dict(EVENTS)

    async def read_streams(self, stream_ids: Sequence[str]) -> dict[str, tuple[EventEnvelope, ...]]:
        return {stream: self.streams.get(stream, ()) for stream in stream_ids}


@dataclass
class Site:
    """The application with the parts that tests reach behind."""

    app: Gate
    credentials: CredentialStore
    store: InMemoryGraphStore
    events: FakeEvents
    register: InMemoryGenerationRegistry
    ticker: Ticker

    def create_key(self, *scopes: str) -> str:
        return self.credentials.create_key(
            "ada@example.com",
            frozenset(scopes),
            timedelta(days=1),  # type: ignore[arg-type]  # - tests give words
        ).secret

    def create_login_code(self) -> str:
        return self.credentials.create_login_code(
            "ada@example.com", frozenset({"read"}), timedelta(minutes=5)
        ).secret


@pytest.fixture
def settings(tmp_path: Path) -> QueryApiSettings:
    return QueryApiSettings(
        data_dir=tmp_path,
        allowed_hosts="testserver.local,127.0.0.1",
        banner="Demo: made-up data",
        rate_per_second=50,
        rate_burst=500,
    )


@pytest.fixture
async def site(settings: QueryApiSettings) -> AsyncIterator[Site]:
    store = InMemoryGraphStore()
    await store.load(GENERATION, VERTICES, EDGES)
    await store.set_marker(Marker(GENERATION, "2026-11-20T10:00:00.000000Z", 1))
    register, ticker = InMemoryGenerationRegistry(), Ticker()
    await register.create_generation(GENERATION, 1)
    await register.mark_catching_up(GENERATION)
    await register.activate(GENERATION, 0)
    credentials = CredentialStore(settings.keys_path, SECRET)
    events = FakeEvents()
    app = build_service(
        settings=settings,
        graph=ActiveGraph(store, register, ticker),
        events=events,
        verdicts=FakeVerdicts(),
        credentials=credentials,
        secret=SECRET,
        clock=ticker,
    )
    yield Site(app, credentials, store, events, register, ticker)
    credentials.close()


@pytest.fixture
async def anonymous(site: Site) -> AsyncIterator[AsyncTestClient[Gate]]:
    async with AsyncTestClient(site.app) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
async def client(site: Site, anonymous: AsyncTestClient[Gate]) -> AsyncTestClient[Gate]:
    anonymous.headers["x-api-key"] = site.create_key("read")
    return anonymous
