"""The small HTTP endpoint of background services."""

import socket

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from prometheus_client import CollectorRegistry, Counter

from bus import serve_health
from bus.health import build_health_app


async def ask(path: str, *, ready: bool = True, registry: CollectorRegistry | None = None) -> tuple[int, str]:
    """The answer of the application, without a socket."""
    app = build_health_app(lambda: ready, registry or CollectorRegistry())
    request = make_mocked_request("GET", path, app=app)
    match = await app.router.resolve(request)
    answer = await match.handler(request)
    return answer.status, str(answer.text)


async def test_it_is_live_before_it_is_ready() -> None:
    assert (await ask("/health/live", ready=False))[0] == 200


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_it_says_whether_it_is_ready(*, ready: bool, status: int) -> None:
    assert (await ask("/health/ready", ready=ready))[0] == status


async def test_metrics_come_in_prometheus_text() -> None:
    registry = CollectorRegistry()
    Counter("records_total", "Records.", registry=registry).inc(3)
    status, text = await ask("/metrics", registry=registry)
    assert (status, "records_total 3.0" in text) == (200, True)


async def test_port_zero_serves_nothing() -> None:
    async with serve_health(0, lambda: True):
        pass


@pytest.mark.servers
async def test_it_answers_on_loopback_for_the_block_and_is_gone_afterwards() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/health/ready"
    async with aiohttp.ClientSession() as client:
        async with serve_health(port, lambda: True, registry=CollectorRegistry()), client.get(url) as answer:
            assert answer.status == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get(url)
