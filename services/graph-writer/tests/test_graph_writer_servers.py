"""The service and its commands on the real servers."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from graph_writer_events import event, registered_chain, stream, wide_story
from graph_writer_world import Hesitant, append, digest_of_graph, digest_of_log, no_pause
from pydantic import SecretStr

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from ami_lineage_contracts.times import from_key_time
from ami_lineage_contracts.topology import Topology
from bus import EventBridgePublisher, PlatformSession, PlatformSettings
from event_log import DynamoEventLog, EventLog, InMemoryEventLog, LogSettings
from graph_store import (
    DynamoDbGenerationRegistry,
    GenerationRegistry,
    GraphStore,
    GremlinSettings,
    open_gremlin_store,
)
from graph_writer.application.projector import Projector

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

SCRIPT = Path(sys.executable).parent / "ami-lineage-graph-writer"


class World:
    """The stores of one test on the shared servers, and the service's processes."""

    def __init__(self, endpoints: Any, topology: Topology, suffix: str) -> None:
        self.topology = topology
        self._endpoints = endpoints
        self.environment = {
            **os.environ,
            "AMI_LINEAGE_REGION": endpoints.region,
            "AMI_LINEAGE_ACCESS_KEY_ID": endpoints.access_key_id,
            "AMI_LINEAGE_SECRET_ACCESS_KEY": endpoints.secret_access_key,
            "AMI_LINEAGE_DYNAMODB_ENDPOINT": endpoints.dynamodb,
            "AMI_LINEAGE_EVENTS_ENDPOINT": endpoints.events,
            "AMI_LINEAGE_SQS_ENDPOINT": endpoints.sqs,
            "AMI_LINEAGE_GREMLIN_ENDPOINT": endpoints.gremlin,
            "AMI_LINEAGE_TOPOLOGY_SUFFIX": suffix,
            "AMI_LINEAGE_CATCH_UP_SECONDS": "60",
        }
        self.log: EventLog
        self.registry: GenerationRegistry
        self.publisher: EventBridgePublisher
        self.graph: GraphStore

    @asynccontextmanager
    async def open(self) -> AsyncIterator["World"]:
        session = PlatformSession(
            PlatformSettings(
                region=self._endpoints.region,
                access_key_id=self._endpoints.access_key_id,
                secret_access_key=SecretStr(self._endpoints.secret_access_key),
                dynamodb_endpoint=self._endpoints.dynamodb,
                events_endpoint=self._endpoints.events,
                sqs_endpoint=self._endpoints.sqs,
            )
        )
        async with session.client("dynamodb") as dynamodb, session.client("events") as events:
            self.log = DynamoEventLog(dynamodb, LogSettings(table=self.topology.event_table))
            self.registry = DynamoDbGenerationRegistry(dynamodb, self.topology.projection_table)
            self.publisher = EventBridgePublisher(events, self.topology.recorded_bus)
            self.graph = open_gremlin_store(GremlinSettings(endpoint=self._endpoints.gremlin))
            yield self
            await self.graph.close()

    async def run(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run a verb to its end; its JSON."""
        process = await asyncio.create_subprocess_exec(
            SCRIPT, *arguments, "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
        out, err = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode == code, err.decode()
        answer: dict[str, Any] = json.loads(out)
        return answer

    @asynccontextmanager
    async def serving(self, writers: int = 1) -> AsyncIterator[None]:
        """The service runs for the block, and ends in order."""
        processes = [
            await asyncio.create_subprocess_exec(SCRIPT, "serve", env=self.environment)
            for _ in range(writers)
        ]
        try:
            yield
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            codes = [await asyncio.wait_for(process.wait(), 40) for process in processes]
        assert codes == [0] * writers

    async def find_active(self) -> str | None:
        active = await self.registry.find_active()
        return None if active is None else active.generation

    async def wait_until_equal(self, seconds: float = 60) -> str:
        """Wait until the active generation holds what the log says; its name."""
        wanted = await digest_of_log(self.log)
        for _ in range(int(seconds / 0.25)):
            generation = await self.find_active()
            if generation is not None and await digest_of_graph(self.graph, generation) == wanted:
                return generation
            await asyncio.sleep(0.25)
        raise AssertionError(f"the graph did not follow the log within {seconds} s")


@pytest.fixture
async def world(endpoints: Any, declared_topology: Topology, unique_suffix: str) -> AsyncIterator[World]:
    async with World(endpoints, declared_topology, unique_suffix).open() as world:
        yield world


def many_chains(count: int) -> list[EventEnvelope]:
    """Chains of images that were made of instances of one another, and lone images."""
    return [
        *registered_chain(),
        *(event(stream("image", number), "image.created", number, name="n") for number in range(10, count)),
    ]


async def write(
    log: EventLog, graph: GraphStore, generation: str, batches: Sequence[Sequence[EventEnvelope]]
) -> None:
    chance = random.Random(len(batches))
    projector = Projector(Hesitant(log, chance), Hesitant(graph, chance), pause=no_pause)
    for batch in batches:
        await append(log, batch)
        await projector.project(generation, {one.stream_id for one in batch})


async def test_writers_paused_at_any_await_converge_in_the_real_graph(
    world: World, graph_generation: str
) -> None:
    log = InMemoryEventLog()
    events = [*registered_chain(), *wide_story()]
    orders = [random.Random(seed).sample(events, len(events)) for seed in range(4)]

    await asyncio.gather(
        *(write(log, world.graph, graph_generation, [[one] for one in order]) for order in orders)
    )

    assert await digest_of_graph(world.graph, graph_generation) == await digest_of_log(log)
    await world.graph.drop_generation(graph_generation)


async def test_a_rebuild_makes_an_active_generation_that_verifies(world: World) -> None:
    await append(world.log, many_chains(60))

    report = await world.run("rebuild")
    verified = await world.run("verify")

    assert report["generation"] == await world.find_active()
    assert report["events"] == len(many_chains(60))
    assert verified == {
        "generation": report["generation"],
        "digest": report["digest"],
        "events": report["events"],
        "vertices": report["vertices"],
        "edges": report["edges"],
        "consistent": True,
        "differing_buckets": [],
    }


async def test_verify_says_where_graph_and_log_differ(world: World) -> None:
    await append(world.log, registered_chain())
    generation = (await world.run("rebuild"))["generation"]
    found = (await world.graph.find_vertices(generation, [stream("image", 1)]))[stream("image", 1)]
    changed = type(found)(found.id, found.label, {**found.properties, "name": "laundered"})
    await world.graph.load(generation, [changed], [])

    answer = await world.run("verify", code=1)

    assert not answer["consistent"]
    assert len(answer["differing_buckets"]) == 1


async def test_verify_without_a_graph_builds_it(world: World) -> None:
    await append(world.log, registered_chain())

    assert (await world.run("verify"))["consistent"]


async def test_the_service_builds_follows_messages_and_ends_in_order(world: World) -> None:
    await append(world.log, registered_chain())

    async with world.serving():
        generation = await world.wait_until_equal()
        late = [event(stream("image", number), "image.created", 99) for number in range(10, 40)]
        await append(world.log, late)
        await world.publisher.publish(late)
        assert await world.wait_until_equal(20) == generation

    assert await world.registry.list_leases() == ()


async def test_a_hint_brings_an_import_into_the_graph_and_the_checkpoint_past_it(world: World) -> None:
    async with world.serving():
        await world.wait_until_equal()
        await append(world.log, many_chains(200))
        hint = LogAppended(
            recorded_from="2026-01-01T00:00:00Z", recorded_to="2026-01-01T00:00:00Z", correlation_id="c"
        )
        await world.publisher.publish_hint(LOG_APPENDED, hint)
        generation = await world.wait_until_equal(20)
        newest = max([one.recorded_at async for one in world.log.scan()])
        for _ in range(60):
            checkpoint = from_key_time((await world.graph.get_marker(generation)).checkpoint)
            if checkpoint > newest:
                break
            await asyncio.sleep(0.2)

    assert checkpoint > newest


async def test_a_rebuild_beside_two_busy_writers_loses_nothing(world: World) -> None:
    await append(world.log, many_chains(60))

    async def keep_recording() -> None:
        for number in range(100, 220):
            one = event(stream("image", number), "image.created", number)
            await append(world.log, [one])
            await world.publisher.publish([one])

    async with world.serving(writers=2):
        before = await world.wait_until_equal()
        _, report = await asyncio.gather(keep_recording(), world.run("rebuild"))
        after = await world.wait_until_equal()
        assert (await world.run("verify"))["consistent"]

    assert before != after == report["generation"]
    assert [one.name for one in await world.registry.list_generations()] == [after]


async def test_a_graph_that_came_back_empty_is_rebuilt_by_the_running_service(world: World) -> None:
    await append(world.log, many_chains(60))

    async with world.serving(writers=2):
        before = await world.wait_until_equal()
        await world.graph.drop_generation(before)
        await world.graph.drop_generation(f"{before}.anchor")
        after = await world.wait_until_equal()

    assert before != after


async def test_without_its_servers_a_command_says_so_and_ends_with_4(world: World) -> None:
    world.environment["AMI_LINEAGE_DYNAMODB_ENDPOINT"] = "http://127.0.0.1:9"
    process = await asyncio.create_subprocess_exec(
        SCRIPT, "verify", "--json", stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=world.environment
    )
    _, err = await asyncio.wait_for(process.communicate(), 120)

    assert process.returncode == 4
    assert b"try again" in err
