"""The service on the real servers."""

import asyncio
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from policy_engine_world import GOLDEN, OTHER_POLICY, POLICY, World, image
from pydantic import SecretStr

from ami_lineage_contracts.hints import GRAPH_PROJECTED, GraphProjected
from ami_lineage_contracts.topology import Topology
from bus import EventBridgePublisher, PlatformSession, PlatformSettings
from event_log import DynamoEventLog, LogSettings
from graph_store import DynamoDbGenerationRegistry, GremlinSettings, open_gremlin_store
from policy_engine.adapters.dynamodb_table import DynamoDbVerdictTable
from policy_engine.bootstrap import read_clock

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

SCRIPT = Path(sys.executable).parent / "ami-lineage-policy-engine"


@dataclass
class Platform:
    """The stores of one test on the shared servers, and the service's processes."""

    world: World
    publisher: EventBridgePublisher
    environment: dict[str, str]
    policy_file: Path

    async def hint(self, *names: str) -> None:
        hint = GraphProjected(generation="any", stream_ids=tuple(map(image, names)), correlation_id="c")
        await self.publisher.publish_hint(GRAPH_PROJECTED, hint)

    @asynccontextmanager
    async def serving(self, engines: int = 1, catch_up_seconds: float = 60) -> AsyncIterator[None]:
        """The service runs and is ready for the block, and ends in order."""
        ports = [_find_port() for _ in range(engines)]
        processes = [
            await asyncio.create_subprocess_exec(
                SCRIPT,
                "serve",
                env={
                    **self.environment,
                    "AMI_LINEAGE_HEALTH_PORT": str(port),
                    "AMI_LINEAGE_CATCH_UP_SECONDS": str(catch_up_seconds),
                },
            )
            for port in ports
        ]
        try:
            for port in ports:
                await _wait_until_ready(port)
            yield
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            codes = [await asyncio.wait_for(process.wait(), 40) for process in processes]
        assert codes == [0] * engines

    async def wait_for(self, name: str, status: str) -> None:
        for _ in range(120):
            if await self.world.find_status(name) == status:
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"{name} is {await self.world.find_status(name)}, not {status}")


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _wait_until_ready(port: int) -> None:
    for _ in range(240):
        try:
            await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/health/ready")
        except (urllib.error.URLError, ConnectionError):
            await asyncio.sleep(0.25)
        else:
            return
    raise AssertionError("the service was not ready within a minute")


@pytest.fixture
async def platform(
    endpoints: Any, declared_topology: Topology, unique_suffix: str, graph_generation: str, tmp_path: Path
) -> AsyncIterator[Platform]:
    settings = PlatformSettings(
        region=endpoints.region,
        access_key_id=endpoints.access_key_id,
        secret_access_key=SecretStr(endpoints.secret_access_key),
        dynamodb_endpoint=endpoints.dynamodb,
        events_endpoint=endpoints.events,
        sqs_endpoint=endpoints.sqs,
    )
    policy_file = tmp_path / "house.yaml"
    policy_file.write_text(POLICY)
    environment = {
        **os.environ,
        "AMI_LINEAGE_REGION": endpoints.region,
        "AMI_LINEAGE_ACCESS_KEY_ID": endpoints.access_key_id,
        "AMI_LINEAGE_SECRET_ACCESS_KEY": endpoints.secret_access_key,
        "AMI_LINEAGE_DYNAMODB_ENDPOINT": endpoints.dynamodb,
        "AMI_LINEAGE_EVENTS_ENDPOINT": endpoints.events,
        "AMI_LINEAGE_SQS_ENDPOINT": endpoints.sqs,
        "AMI_LINEAGE_GREMLIN_ENDPOINT": endpoints.gremlin,
        "AMI_LINEAGE_TOPOLOGY_SUFFIX": unique_suffix,
        "AMI_LINEAGE_POLICY_FILE": str(policy_file),
    }
    session = PlatformSession(settings)
    async with session.client("dynamodb") as dynamodb, session.client("events") as events:
        graph = open_gremlin_store(GremlinSettings(endpoint=endpoints.gremlin))
        world = World(
            clock=read_clock,
            graph=graph,
            registry=DynamoDbGenerationRegistry(dynamodb, declared_topology.projection_table),
            verdicts=DynamoDbVerdictTable(dynamodb, declared_topology.verdict_table),
            log=DynamoEventLog(dynamodb, LogSettings(table=declared_topology.event_table)),
        )
        await world.open_generation(graph_generation)
        publisher = EventBridgePublisher(events, declared_topology.recorded_bus)
        yield Platform(world, publisher, environment, policy_file)
        await graph.drop_generation(graph_generation)
        await graph.close()


async def test_verdicts_follow_hints_the_log_and_the_policy_and_nothing_is_recorded_twice(
    platform: Platform,
) -> None:
    world = platform.world
    await world.put_image("golden", owner=GOLDEN)
    await world.put_image("app", "golden")
    await world.put_image("leaf", "app", "elsewhere")
    async with platform.serving(engines=2):
        assert [await world.find_status(name) for name in ("golden", "app", "leaf", "elsewhere")] == [
            "PASS",
            "PASS",
            "UNKNOWN",
            "UNKNOWN",
        ]
        await world.put_image("golden", owner="999999999999", terminal_reason="external_import")
        for _ in range(3):
            await platform.hint("golden")
        await platform.wait_for("leaf", "FAIL")
        await platform.wait_for("app", "FAIL")
    async with platform.serving(catch_up_seconds=0.5):
        await world.put_image("golden", owner=GOLDEN, tags={"Team": "x"})
        await world.reach_checkpoint()
        await platform.wait_for("app", "PASS")
        await platform.wait_for("leaf", "UNKNOWN")
    platform.policy_file.write_text(OTHER_POLICY)
    async with platform.serving():
        assert await world.find_status("golden") == "PASS"
        assert await world.find_status("app") == "FAIL"

    assert await world.read_statuses("app") == ["PASS", "FAIL", "PASS", "FAIL"]
    assert await world.read_statuses("golden") == ["PASS", "FAIL", "FAIL", "PASS"]
    assert await world.read_statuses("elsewhere") == ["UNKNOWN", "UNKNOWN"]


async def test_the_service_waits_for_a_graph_that_is_not_there_yet(platform: Platform) -> None:
    world = platform.world
    await world.graph.drop_generation(world.generation)

    async def build_graph() -> None:
        await asyncio.sleep(3)
        await world.put_image("app")
        await world.reach_checkpoint()

    building = asyncio.create_task(build_graph())
    async with platform.serving():
        assert await world.find_status("app") == "UNKNOWN"
    await building
