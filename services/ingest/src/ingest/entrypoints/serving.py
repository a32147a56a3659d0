"""The verb `serve`: one process with the consumer, the follower, the observer and the health page."""

import asyncio

import structlog

from bus import configure_logging, run_until_signal, serve_health
from ingest.adapters.metrics import Metrics
from ingest.bootstrap import build_service, open_platform
from ingest.settings import IngestSettings

_log = structlog.get_logger(__name__)


async def run_service(settings: IngestSettings) -> None:
    """Run until SIGTERM or SIGINT; the batches at hand are finished first."""
    configure_logging("ingest", settings.log_level)
    metrics = Metrics()
    stopping = asyncio.Event()
    async with (
        open_platform(settings) as platform,
        serve_health(
            settings.health_port,
            lambda: not stopping.is_set(),
            settings.health_host,
            metrics.registry,
        ),
    ):
        service = build_service(settings, platform, metrics)
        parts = {
            "central queue": service.consumer.run,
            "archive": lambda: service.follower.run(stopping),
        }
        if service.observer is not None:
            parts["observer"] = service.observer.run

        def stop() -> None:
            stopping.set()
            service.consumer.stop()
            if service.observer is not None:
                service.observer.stop()

        _log.info("started", folder=str(settings.watched_folder), observe=settings.observe)
        await run_until_signal(parts, stop)
