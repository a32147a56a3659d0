import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import aiohttp.web
import orjson
import pytest
from aiohttp.test_utils import TestServer
from gremlin_python.process.graph_traversal import __

from graph_store import (
    GremlinSettings,
    PermanentGraphError,
    TransientGraphError,
    Vertex,
    build_neptune_headers,
    open_gremlin_store,
)
from graph_store.gremlin.answers import read_frame
from graph_store.gremlin.client import GremlinClient
from graph_store.gremlin.pool import ConnectionPool


class Relay:
    """Stands between store and server, and can cut or hold what passes."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._target = (address.hostname, address.port)
        self._pipes: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.accepted = 0
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def start(self, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        for pipe in self._pipes:
            pipe.transport.abort()
        self._pipes.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._pipes += [writer, far_writer]
        await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self.flowing.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def relay(request: pytest.FixtureRequest) -> AsyncIterator[Relay]:
    relay = Relay(request.getfixturevalue("local_servers").endpoints.gremlin)
    yield relay
    await relay.stop()


def build_settings(port: int, **changes: float) -> GremlinSettings:
    return GremlinSettings.model_validate(
        {"endpoint": f"ws://127.0.0.1:{port}/gremlin", "retry_wait_seconds": 0.01, **changes}
    )


@pytest.mark.servers
async def test_a_cut_connection_is_opened_again_and_nothing_is_lost(
    relay: Relay, graph_generation: str
) -> None:
    store = open_gremlin_store(build_settings(await relay.start(), connections=3))
    image = Vertex("image/aws/us-east-1/ami-1", "Image", {"name": "a"})
    await store.load(graph_generation, [image], [])
    for _ in range(3):
        await asyncio.gather(*(store.find_vertices(graph_generation, [image.id]) for _ in range(6)))
        relay.cut()
    found = await store.find_vertices(graph_generation, [image.id])
    assert found[image.id].properties["name"] == "a"
    assert 4 <= relay.accepted <= 12
    await store.drop_generation(graph_generation)
    await store.close()


@pytest.mark.servers
async def test_a_server_that_is_away_is_a_reason_to_retry_and_its_return_is_enough(
    relay: Relay, graph_generation: str
) -> None:
    port = await relay.start()
    store = open_gremlin_store(build_settings(port, retry_attempts=3))
    assert await store.find_marker(graph_generation) is None
    await relay.stop()
    with pytest.raises(TransientGraphError):
        await store.find_marker(graph_generation)
    await relay.start(port)
    assert await store.find_marker(graph_generation) is None
    await store.close()


@pytest.mark.servers
async def test_an_answer_that_does_not_come_ends_in_time(relay: Relay, graph_generation: str) -> None:
    settings = build_settings(await relay.start(), retry_attempts=1, request_timeout_seconds=2)
    store = open_gremlin_store(settings)
    assert await store.find_marker(graph_generation) is None
    relay.flowing.clear()
    with pytest.raises(TransientGraphError, match="no answer"):
        await store.find_marker(graph_generation)
    relay.flowing.set()
    assert await store.find_marker(graph_generation) is None
    await store.close()


@pytest.mark.servers
async def test_a_cancelled_request_leaves_no_answer_for_the_next(relay: Relay, graph_generation: str) -> None:
    store = open_gremlin_store(build_settings(await relay.start(), connections=1))
    images = [Vertex(f"image/aws/us-east-1/ami-{number}", "Image", {}) for number in range(300)]
    await store.load(graph_generation, images, [])
    for pause in (0, 0.001, 0.005, 0.01, 0.02, 0.03):
        request = asyncio.create_task(store.find_vertices(graph_generation, [one.id for one in images]))
        await asyncio.sleep(pause)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
        assert await store.find_marker(graph_generation) is None
    assert len(await store.find_vertices(graph_generation, [one.id for one in images])) == 300
    await store.drop_generation(graph_generation)
    await store.close()


@pytest.mark.servers
async def test_answers_come_whole_whatever_the_server_batches(relay: Relay) -> None:
    settings = build_settings(await relay.start())
    client = GremlinClient(settings, ConnectionPool(settings))
    numbers = await client.submit(client.g.inject(list(range(1000))).unfold())
    assert numbers == list(range(1000))
    bulked = await client.submit(client.g.inject(*["a"] * 70, *["b"] * 70).barrier())
    assert sorted(bulked) == ["a"] * 70 + ["b"] * 70
    await client.close()


@pytest.mark.servers
async def test_a_request_that_is_wrong_is_refused_once(relay: Relay) -> None:
    settings = build_settings(await relay.start())
    client = GremlinClient(settings, ConnectionPool(settings))
    with pytest.raises(PermanentGraphError, match="the graph answered"):
        await client.submit(client.g.inject("a").math("_ + 1"))
    assert await client.submit(client.g.inject(1).map(__.constant("still here"))) == ["still here"]
    assert relay.accepted == 1
    await client.close()


@pytest.mark.parametrize(
    ("code", "message", "transient"),
    [
        (500, "Conflict: element modified in another transaction", True),
        (500, "Vertex with id already exists: x", True),
        (500, '{"code":"ConcurrentModificationException","requestId":"1","detailedMessage":"x"}', True),
        (500, '{"code":"MalformedQueryException","requestId":"1","detailedMessage":"x"}', False),
        (597, "Could not find a type for identifier g:Nothing", False),
        (598, "evaluation exceeded", True),
        (429, "slow down", True),
        (401, "who are you", False),
    ],
)
def test_an_error_says_whether_the_same_request_may_succeed_later(
    code: int, message: str, transient: bool
) -> None:
    answer = orjson.dumps(
        {"status": {"code": code, "message": message, "attributes": {}}, "result": {"data": None, "meta": {}}}
    )
    with pytest.raises(TransientGraphError if transient else PermanentGraphError, match=str(code)):
        read_frame(answer)


class Session:
    """A botocore session whose credentials change, as those of a role do."""

    def __init__(self) -> None:
        self.number = 0

    def get_credentials(self) -> "Session":
        return self

    def get_frozen_credentials(self) -> "Session":
        self.number += 1
        return self

    @property
    def access_key(self) -> str:
        return f"AKIA{self.number}"

    secret_key = "secret"
    token = "token"


@pytest.mark.servers
async def test_each_handshake_is_signed_anew() -> None:
    seen: list[Mapping[str, str]] = []

    async def answer(request: aiohttp.web.Request) -> aiohttp.web.WebSocketResponse:
        seen.append(dict(request.headers))
        socket = aiohttp.web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_bytes(
            orjson.dumps(
                {
                    "status": {"code": 204, "message": "", "attributes": {}},
                    "result": {"data": {"@type": "g:List", "@value": []}, "meta": {}},
                }
            )
        )
        await socket.close()
        return socket

    application = aiohttp.web.Application()
    application.router.add_get("/gremlin", answer)
    async with TestServer(application) as server:
        endpoint = f"ws://127.0.0.1:{server.port}/gremlin"
        settings = GremlinSettings(endpoint=endpoint, retry_wait_seconds=0.01)
        store = open_gremlin_store(settings, build_neptune_headers(Session(), endpoint, "eu-west-1"))
        await store.find_marker("g1")
        await store.find_marker("g1")
        await store.close()

    assert [one["Authorization"].partition("/")[0] for one in seen] == [
        "AWS4-HMAC-SHA256 Credential=AKIA1",
        "AWS4-HMAC-SHA256 Credential=AKIA2",
    ]
    assert "/eu-west-1/neptune-db/aws4_request" in seen[0]["Authorization"]
    assert seen[0]["X-Amz-Security-Token"] == "token"


def test_without_credentials_the_error_says_so() -> None:
    class Nobody:
        def get_credentials(self) -> None:
            return None

    with pytest.raises(PermanentGraphError, match="credentials"):
        build_neptune_headers(Nobody(), "wss://cluster:8182/gremlin", "eu-west-1")()
