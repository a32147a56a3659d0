"""A small pool of websocket connections, one request at a time on each."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp

from graph_store.errors import GraphStoreError, TransientGraphError
from graph_store.gremlin.answers import PARTIAL, read_frame
from graph_store.gremlin.settings import GremlinSettings

HandshakeHeaders = Callable[[], Mapping[str, str]]
"""Called for each handshake, in a thread: Neptune accepts a signature for minutes only (AWS_FACTS 5.4)."""

_CONNECT_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 0.5
"""How long a connection that is given up may take to say goodbye."""
_CLOSED: Final = frozenset({aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED})


def build_no_headers() -> Mapping[str, str]:
    """For servers that ask for no identity."""
    return {}


class ConnectionPool:
    """Opens connections when they are needed, keeps them, and forgets all idle ones when one breaks."""

    def __init__(self, settings: GremlinSettings, headers: HandshakeHeaders = build_no_headers) -> None:
        self._settings = settings
        self._headers = headers
        self._free = asyncio.Semaphore(settings.connections)
        self._idle: list[aiohttp.ClientWebSocketResponse] = []
        self._session: aiohttp.ClientSession | None = None

    async def exchange(self, message: bytes) -> list[Any]:
        """Send a request and collect its whole answer.

        Raises:
            TransientGraphError: no connection, a broken one, no answer in time, or a conflict.
            PermanentGraphError: the server refuses the request.
        """
        async with self._free:
            try:
                async with asyncio.timeout(self._settings.request_timeout_seconds):
                    return await self._exchange(message)
            except TimeoutError as error:
                raise TransientGraphError(
                    f"no answer from the graph within {self._settings.request_timeout_seconds} s"
                ) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._forget_idle()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(self, message: bytes) -> list[Any]:
        connection = self._idle.pop() if self._idle else await self._connect()
        clean = False
        try:
            await connection.send_bytes(message)
            values = await self._receive(connection)
            clean = True
        except GraphStoreError:
            clean = True  # a status of failure ends the answer like any other
            raise
        except (aiohttp.ClientError, ConnectionError) as error:
            await self._forget_idle()
            raise TransientGraphError(f"the connection to the graph broke: {error}") from error
        finally:
            if clean:
                self._idle.append(connection)
            else:
                await connection.close()
        return values

    async def _receive(self, connection: aiohttp.ClientWebSocketResponse) -> list[Any]:
        values: list[Any] = []
        while True:
            received = await connection.receive()
            if received.type in _CLOSED or received.type is aiohttp.WSMsgType.ERROR:
                raise ConnectionResetError(f"closed with code {connection.close_code}")
            frame = read_frame(received.data)
            values.extend(frame.values)
            if frame.code != PARTIAL:
                return values

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
            )
        headers = await asyncio.to_thread(self._headers)
        try:
            return await self._session.ws_connect(
                self._settings.endpoint,
                headers=headers,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
        except (aiohttp.ClientError, ConnectionError) as error:
            raise TransientGraphError(f"no connection to the graph: {error}") from error

    async def _forget_idle(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
