"""Serving: connects the stores, binds the port, and drains on a signal."""

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Final

import structlog
import uvicorn

from ami_lineage_contracts.topology import build_topology
from bus import PlatformSession, PlatformSettings, configure_logging, run_until_signal
from event_log import DynamoEventLog, LogSettings
from graph_store import DynamoDbGenerationRegistry
from graph_store.gremlin.opening import open_gremlin_store
from graph_store.gremlin.settings import GremlinSettings
from query_api.adapters.credentials import CredentialStore
from query_api.adapters.events import LoggedEvents
from query_api.adapters.graph import ActiveGraph
from query_api.adapters.verdicts import VerdictTable
from query_api.bootstrap import build_service, read_seconds
from query_api.settings import QueryApiSettings

logger = structlog.get_logger()

DRAIN_SECONDS: Final = 10
KEEP_ALIVE_SECONDS: Final = 65


class Server(uvicorn.Server):
    """uvicorn that leaves signals to `run_until_signal`."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve_until_signal(settings: QueryApiSettings, credentials: CredentialStore, secret: bytes) -> None:
    """Answer until SIGTERM or SIGINT, then finish what is under way."""
    configure_logging("query-api", settings.log_level)
    topology = build_topology(settings.topology_suffix)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(PlatformSession(PlatformSettings()).client("dynamodb"))
        store = open_gremlin_store(
            GremlinSettings(
                endpoint=settings.gremlin_endpoint,
                connections=settings.graph_connections,
                request_timeout_seconds=settings.graph_timeout_seconds,
                retry_attempts=settings.graph_attempts,
                retry_seconds=settings.graph_timeout_seconds,
            )
        )
        stack.push_async_callback(store.close)
        register = DynamoDbGenerationRegistry(client, topology.projection_table)
        app = build_service(
            settings=settings,
            graph=ActiveGraph(store, register, read_seconds),
            events=LoggedEvents(DynamoEventLog(client, LogSettings(table=topology.event_table))),
            verdicts=VerdictTable(client, topology.verdict_table),
            credentials=credentials,
            secret=secret,
        )
        server = Server(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )

        def stop() -> None:
            server.should_exit = True

        logger.info("serving", host=settings.host, port=settings.port)
        await run_until_signal({"http": server.serve}, stop)
