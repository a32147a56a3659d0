"""The verb `serve`: consumer, catch-up and the health page in one process."""

import asyncio

import structlog

from bus import PlatformSettings, QueueConsumer, configure_logging, run_until_signal, serve_health
from policy_engine.adapters.metrics import Metrics
from policy_engine.adapters.policy_file import load_policy_file
from policy_engine.application.following import Follower
from policy_engine.bootstrap import build_consumer, build_policy_engine, open_stores
from policy_engine.settings import PolicyEngineSettings

_logger = structlog.get_logger(__name__)


async def run_service(settings: PolicyEngineSettings) -> None:
    """Run until SIGTERM or SIGINT; the batch at hand is finished first.

    Raises:
        PolicyFileError: the policy is refused; nothing was started.
    """
    policy = load_policy_file(settings.policy_file)
    configure_logging("policy-engine", settings.log_level)
    metrics = Metrics()
    async with open_stores(settings, PlatformSettings()) as (stores, queue):
        engine = build_policy_engine(settings, policy, stores, metrics)
        service = Service(engine.follower, build_consumer(engine, queue, metrics))
        async with serve_health(
            settings.health_port, service.is_ready, settings.health_host, metrics.registry
        ):
            _logger.info("started", policy=policy.policy.name, digest=policy.digest)
            await run_until_signal({"catch-up": service.follow, "queue": service.consume}, service.stop)


class Service:
    """The two loops: the queue is served once the log was followed for the first time."""

    def __init__(self, follower: Follower, consumer: QueueConsumer) -> None:
        self._follower = follower
        self._consumer = consumer
        self._stopping = asyncio.Event()

    def is_ready(self) -> bool:
        """Whether every image was evaluated under the policy in force."""
        return self._follower.ready.is_set() and not self._stopping.is_set()

    def stop(self) -> None:
        """Finish what is at hand and end."""
        self._stopping.set()
        self._consumer.stop()
        self._follower.stop()

    async def follow(self) -> None:
        """Activate the policy and follow the log."""
        await self._follower.run()

    async def consume(self) -> None:
        """Messages that wait in the queue meanwhile age less than messages that fail."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._follower.ready, self._stopping)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await self._consumer.run()
