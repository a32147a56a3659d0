"""Evaluates traversals, again when a conflict or a lost connection allows it."""

from collections.abc import Callable
from typing import Any

import stamina
from gremlin_python.process.anonymous_traversal import traversal
from gremlin_python.process.graph_traversal import GraphTraversal, GraphTraversalSource
from gremlin_python.process.traversal import Bytecode
from gremlin_python.structure.graph import Graph

from graph_store.errors import TransientGraphError
from graph_store.gremlin.pool import ConnectionPool
from graph_store.gremlin.requests import build_request
from graph_store.gremlin.settings import GremlinSettings

Observer = Callable[[Bytecode], None]


def observe_nothing(_bytecode: Bytecode) -> None:
    """Nobody looks at the traversals."""


class GremlinClient:
    """Every request is idempotent, so each may be repeated; `observer` sees each traversal before it is sent."""

    def __init__(
        self, settings: GremlinSettings, pool: ConnectionPool, observer: Observer = observe_nothing
    ) -> None:
        self.settings = settings
        self._pool = pool
        self._observer = observer
        self._source = traversal().with_graph(Graph())

    @property
    def g(self) -> GraphTraversalSource:
        """Where traversals begin; they are built here and sent by `submit`."""
        return self._source

    async def submit(self, query: GraphTraversal) -> list[Any]:
        """All results of a traversal.

        Raises:
            TransientGraphError: still no success after the bounded repetitions.
            PermanentGraphError: the server refuses the traversal.
        """
        self._observer(query.bytecode)
        message = build_request(query.bytecode, self.settings.request_timeout_seconds)
        async for attempt in stamina.retry_context(
            on=TransientGraphError,
            attempts=self.settings.retry_attempts,
            timeout=self.settings.retry_seconds,
            wait_initial=self.settings.retry_wait_seconds,
            wait_jitter=self.settings.retry_wait_seconds,
            wait_max=2.0,
        ):
            with attempt:
                return await self._pool.exchange(message)
        raise AssertionError("a retry context ends by returning or raising")

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()
