"""A background service's small HTTP endpoint: alive, ready, metrics."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest


def build_health_app(is_ready: Callable[[], bool], registry: CollectorRegistry = REGISTRY) -> web.Application:
    """``/health/live``, ``/health/ready`` (503 until ready), ``/metrics``."""

    async def answer_live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def answer_ready(_request: web.Request) -> web.Response:
        ready = is_ready()
        return web.json_response({"status": "ready" if ready else "starting"}, status=200 if ready else 503)

    async def answer_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/health/live", answer_live)
    app.router.add_get("/health/ready", answer_ready)
    app.router.add_get("/metrics", answer_metrics)
    return app


@asynccontextmanager
async def serve_health(
    port: int,
    is_ready: Callable[[], bool],
    host: str = "127.0.0.1",
    registry: CollectorRegistry = REGISTRY,
) -> AsyncIterator[None]:
    """Serve the endpoint for the block; port 0 serves nothing."""
    if not port:
        yield
        return
    runner = web.AppRunner(build_health_app(is_ready, registry), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
