"""Answers /health/live, /health/ready and /metrics on the loopback or container address."""

from collections.abc import Callable
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest


class Metrics:
    """Counts of ingest, in a registry of its own."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._records = Counter(
            "ami_lineage_ingest_records",
            "Records by where they came from and what became of them",
            ("channel", "outcome"),
            registry=self.registry,
        )

    def counter_of(self, channel: str) -> Callable[[str, int], None]:
        """Counts outcomes of one channel: ``bus`` or ``archive``."""

        def count(outcome: str, number: int) -> None:
            self._records.labels(channel, outcome).inc(number)

        return count


def build_health_app(metrics: Metrics, is_ready: Callable[[], bool]) -> web.Application:
    """The three pages; ready answers 503 until the service consumes and when it stops."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(_request: web.Request) -> web.Response:
        if is_ready():
            return web.json_response({"status": "ready"})
        return web.json_response({"status": "not ready"}, status=503)

    async def page(_request: web.Request) -> web.Response:
        text = generate_latest(metrics.registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes(
        [web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", page)]
    )
    return app
