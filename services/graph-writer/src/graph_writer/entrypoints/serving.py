"""The verb `serve`: consumer, catch-up, lease and the health page in one process."""

import asyncio

import structlog

from bus import configure_logging, run_until_signal, serve_health
from graph_writer.adapters.metrics import Metrics
from graph_writer.bootstrap import GraphWriter, build_graph_writer, open_stores
from graph_writer.settings import GraphWriterSettings

_logger = structlog.get_logger(__name__)


async def run_service(settings: GraphWriterSettings) -> None:
    """Run until SIGTERM or SIGINT; the batches at hand are finished first."""
    configure_logging("graph-writer", settings.log_level)
    metrics = Metrics()
    async with open_stores(settings) as stores:
        writer = build_graph_writer(settings, stores, metrics)
        service = Service(writer)
        async with serve_health(
            settings.health_port, service.is_ready, settings.health_host, metrics.registry
        ):
            _logger.info("started", catch_up_seconds=settings.catch_up_seconds)
            await run_until_signal(
                {"lease": service.renew, "catch-up": service.follow, "queue": service.consume}, service.stop
            )


class Service:
    """The parts in the order of their life: the lease outlives the work that it covers."""

    def __init__(self, writer: GraphWriter) -> None:
        self._writer = writer
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._at_work = 2

    def is_ready(self) -> bool:
        """Whether the graph is there and followed the log once."""
        return self._writer.follower.ready.is_set() and not self._stopping.is_set()

    def stop(self) -> None:
        """Finish what is at hand and end."""
        self._stopping.set()
        self._writer.consumer.stop()
        self._writer.follower.stop()

    async def renew(self) -> None:
        """Keep the lease until all work has ended."""
        await self._writer.gate.run(self._ended)

    async def follow(self) -> None:
        """Catch up and rebuild."""
        await self._writer.follower.run()
        self._leave()

    async def consume(self) -> None:
        """Consume once there is a graph to write: messages that wait in the queue age less than failed ones."""
        waits = [
            asyncio.ensure_future(event.wait()) for event in (self._writer.follower.ready, self._stopping)
        ]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await self._writer.consumer.run()
        self._leave()

    def _leave(self) -> None:
        self._at_work -= 1
        if not self._at_work:
            self._ended.set()
