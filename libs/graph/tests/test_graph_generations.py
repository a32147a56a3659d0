import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

from graph_store import (
    ActiveGeneration,
    DynamoDbGenerationRegistry,
    GenerationConflictError,
    GenerationRegistry,
    GenerationState,
    InMemoryGenerationRegistry,
    TransientGraphError,
    build_projection_table_spec,
    every_lease_names,
    no_lease_names,
)


@dataclass
class SteppingClock:
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


def build_client(endpoint: str) -> Any:
    return get_session().create_client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="111111111111",
        aws_secret_access_key="local",
        config=AioConfig(retries={"mode": "standard", "max_attempts": 2}),
    )


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.servers)])
async def registry(
    request: pytest.FixtureRequest, clock: SteppingClock, unique_suffix: str
) -> AsyncIterator[GenerationRegistry]:
    if request.param == "memory":
        yield InMemoryGenerationRegistry(clock)
        return
    table = f"projection{unique_suffix}"
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            build_client(request.getfixturevalue("local_servers").endpoints.dynamodb)
        )
        await client.create_table(**build_projection_table_spec(table))
        yield DynamoDbGenerationRegistry(client, table, clock)
        await client.delete_table(TableName=table)


async def test_a_generation_goes_from_building_to_live_and_retires_the_one_before(
    registry: GenerationRegistry,
) -> None:
    assert await registry.find_active() is None
    for version, name in enumerate(("g1", "g2")):
        await registry.create_generation(name, fold_version=3)
        await registry.mark_catching_up(name)
        assert await registry.activate(name, version) == ActiveGeneration(name, version + 1)

    assert await registry.find_active() == ActiveGeneration("g2", 2)
    found = {one.name: (one.state, one.fold_version) for one in await registry.list_generations()}
    assert found == {"g1": (GenerationState.RETIRED, 3), "g2": (GenerationState.LIVE, 3)}


async def test_writers_write_what_catches_up_and_what_is_live(registry: GenerationRegistry) -> None:
    for name in ("a", "b", "c"):
        await registry.create_generation(name, 1)
    await registry.mark_catching_up("b")
    await registry.mark_catching_up("a")
    await registry.activate("a", 0)

    assert await registry.list_writable() == ("a", "b")


async def test_a_name_is_given_once_and_its_time_is_kept(
    registry: GenerationRegistry, clock: SteppingClock
) -> None:
    record = await registry.create_generation("g1", 1)
    assert record.created_at == clock.now
    assert await registry.list_generations() == (record,)
    with pytest.raises(GenerationConflictError, match="exists"):
        await registry.create_generation("g1", 1)


@pytest.mark.parametrize("step", ["building", "removed", "other version"])
async def test_a_switch_to_what_is_not_ready_is_refused_and_changes_nothing(
    registry: GenerationRegistry, step: str
) -> None:
    await registry.create_generation("g1", 1)
    await registry.mark_catching_up("g1")
    await registry.activate("g1", 0)
    await registry.create_generation("g2", 1)
    if step == "removed":
        await registry.remove_generation("g2")
    if step == "other version":
        await registry.mark_catching_up("g2")

    with pytest.raises(GenerationConflictError):
        await registry.activate("g2", 0 if step == "other version" else 1)

    assert await registry.find_active() == ActiveGeneration("g1", 1)
    assert (await registry.list_generations())[0].state is GenerationState.LIVE


async def test_only_what_builds_can_begin_to_catch_up(registry: GenerationRegistry) -> None:
    with pytest.raises(GenerationConflictError):
        await registry.mark_catching_up("nothing")
    await registry.create_generation("g1", 1)
    await registry.mark_catching_up("g1")
    with pytest.raises(GenerationConflictError):
        await registry.mark_catching_up("g1")


async def test_the_live_generation_is_not_forgotten_and_others_are(registry: GenerationRegistry) -> None:
    await registry.create_generation("g1", 1)
    await registry.mark_catching_up("g1")
    await registry.activate("g1", 0)
    await registry.create_generation("g2", 1)
    with pytest.raises(GenerationConflictError, match="live"):
        await registry.remove_generation("g1")
    await registry.remove_generation("g2")
    await registry.remove_generation("g2")
    assert [one.name for one in await registry.list_generations()] == ["g1"]


async def test_one_builder_at_a_time_until_its_lock_runs_out(
    registry: GenerationRegistry, clock: SteppingClock
) -> None:
    assert await registry.acquire_build_lock("one", 10)
    assert await registry.acquire_build_lock("one", 10)
    assert not await registry.acquire_build_lock("two", 10)
    await registry.release_build_lock("two")
    assert not await registry.acquire_build_lock("two", 10)

    clock.advance(12.1)
    assert await registry.acquire_build_lock("two", 10)
    assert not await registry.acquire_build_lock("one", 10)
    await registry.release_build_lock("two")
    assert await registry.acquire_build_lock("one", 10)


async def test_a_lease_names_generations_until_it_runs_out_or_is_given_back(
    registry: GenerationRegistry, clock: SteppingClock
) -> None:
    await registry.put_lease("w1", ["g1", "g2"], 5)
    await registry.put_lease("w2", ["g1"], 9)
    leases = await registry.list_leases()
    assert [(one.writer_id, one.generations) for one in leases] == [("w1", {"g1", "g2"}), ("w2", {"g1"})]
    assert every_lease_names(leases, "g1")
    assert not every_lease_names(leases, "g2")
    assert not no_lease_names(leases, "g2")
    assert no_lease_names(leases, "g3")

    clock.advance(6.9)
    assert len(await registry.list_leases()) == 2, "clocks may differ by two seconds"
    clock.advance(0.2)
    assert [one.writer_id for one in await registry.list_leases()] == ["w2"]
    await registry.delete_lease("w2")
    await registry.delete_lease("w2")
    assert await registry.list_leases() == ()


async def test_a_lease_without_generations_is_a_lease(registry: GenerationRegistry) -> None:
    lease = await registry.put_lease("w", [], 5)
    assert await registry.list_leases() == (lease,)


async def test_no_writer_misses_a_generation_that_a_rebuild_found_named_by_all(
    registry: GenerationRegistry,
) -> None:
    """Whatever the interleaving: a taken lease names the new generation, or the rebuild sees that it does not."""
    shuffle = random.Random(7)
    for round_number in range(8):
        name = f"g{round_number}"
        await registry.create_generation(name, 1)

        async def pause() -> None:
            for _ in range(shuffle.randrange(4)):
                await asyncio.sleep(0)

        async def rebuild(generation: str) -> bool:
            await pause()
            await registry.mark_catching_up(generation)
            return every_lease_names(await registry.list_leases(), generation)

        async def write(writer_id: str) -> frozenset[str]:
            await pause()
            return (await registry.take_lease(writer_id, 5)).generations

        all_named, *written = await asyncio.gather(rebuild(name), *(write(f"{name}-{i}") for i in range(3)))
        assert not all_named or all(name in generations for generations in written)
        for i in range(3):
            await registry.delete_lease(f"{name}-{i}")


@pytest.mark.servers
async def test_a_database_that_does_not_answer_is_a_reason_to_retry() -> None:
    async with build_client("http://127.0.0.1:9") as client:
        with pytest.raises(TransientGraphError):
            await DynamoDbGenerationRegistry(client, "projection").find_active()
