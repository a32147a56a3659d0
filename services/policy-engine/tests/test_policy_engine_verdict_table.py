"""What every verdict table promises, asked of the one in memory and of the one in DynamoDB."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ami_lineage_contracts.events.decision import RuleVerdict
from ami_lineage_contracts.verdicts import CurrentVerdict, build_verdict_table_spec
from bus import PlatformSession, PlatformSettings
from policy_engine.adapters.dynamodb_table import DynamoDbVerdictTable
from policy_engine.adapters.memory_table import InMemoryVerdictTable
from policy_engine.application.ports import Position, VerdictTable
from policy_engine.errors import VerdictTableError, VerdictTableRefusedError

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def build_verdict(resource: str = "image/aws/us-east-1/ami-1", sequence: int = 1) -> CurrentVerdict:
    rule = RuleVerdict(
        rule_id="tags",
        rule_kind="required_tags",
        severity="high",
        verdict="FAIL",
        sentence=f"Decision {sequence}.",
        evidence=("e1",),
    )
    return CurrentVerdict(
        resource=resource,
        status="FAIL",
        policy="house",
        policy_digest="d",
        sequence=sequence,
        checkpoint=NOW,
        verdicts=(rule,),
    )


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.servers)])
async def table(request: pytest.FixtureRequest, unique_suffix: str) -> AsyncIterator[VerdictTable]:
    if request.param == "memory":
        yield InMemoryVerdictTable()
        return
    endpoint = request.getfixturevalue("endpoints").dynamodb
    async with build_session(endpoint).client("dynamodb") as client:
        name = f"verdicts{unique_suffix}"
        await client.create_table(**build_verdict_table_spec(name))
        yield DynamoDbVerdictTable(client, name)
        await client.delete_table(TableName=name)


def build_session(endpoint: str) -> PlatformSession:
    settings: dict[str, Any] = {
        "dynamodb_endpoint": endpoint,
        "access_key_id": "local",
        "secret_access_key": "local",
    }
    return PlatformSession(PlatformSettings(**settings))


async def test_what_was_put_is_found_whole_and_what_was_not_is_left_out(table: VerdictTable) -> None:
    verdict = build_verdict()

    assert await table.put_newer([verdict]) == {verdict.resource}

    assert await table.find_verdicts([verdict.resource, "image/aws/us-east-1/ami-2"]) == {
        verdict.resource: verdict
    }
    assert await table.find_verdicts([]) == {}
    assert await table.put_newer([]) == frozenset()


async def test_only_a_later_sequence_replaces_a_verdict(table: VerdictTable) -> None:
    resource = build_verdict().resource
    await table.put_newer([build_verdict(sequence=2)])

    assert await table.put_newer([build_verdict(sequence=1)]) == frozenset()
    assert await table.put_newer([build_verdict(sequence=2)]) == frozenset()
    assert await table.put_newer([build_verdict(sequence=10)]) == {resource}

    assert (await table.find_verdicts([resource]))[resource].sequence == 10


async def test_verdicts_that_are_not_newer_do_not_block_the_rest_of_many(table: VerdictTable) -> None:
    resources = [f"image/aws/us-east-1/ami-{number}" for number in range(230)]
    held = resources[::3]
    assert await table.put_newer([build_verdict(one, 5) for one in held]) == set(held)

    assert await table.put_newer([build_verdict(one, 4) for one in resources]) == set(resources) - set(held)

    found = await table.find_verdicts([*resources, *resources])
    assert {one: verdict.sequence for one, verdict in found.items()} == {
        one: 5 if one in held else 4 for one in resources
    }


async def test_of_verdicts_put_at_once_the_latest_stays(table: VerdictTable) -> None:
    resources = [f"image/aws/us-east-1/ami-{number}" for number in range(40)]

    await asyncio.gather(
        *(table.put_newer([build_verdict(one, sequence) for one in resources]) for sequence in (3, 1, 2))
    )

    assert {one.sequence for one in (await table.find_verdicts(resources)).values()} == {3}


async def test_the_position_is_found_as_it_was_put_last(table: VerdictTable) -> None:
    assert await table.find_position() is None
    first = Position(recorded_at=NOW, generation="g1", policy_digest="d")

    await table.put_position(first)
    await table.put_position(first.model_copy(update={"generation": "g2"}))

    assert await table.find_position() == first.model_copy(update={"generation": "g2"})


@pytest.mark.servers
async def test_a_missing_table_is_refused_and_a_silent_server_is_asked_again(endpoints: Any) -> None:
    async with build_session(endpoints.dynamodb).client("dynamodb") as client:
        absent = DynamoDbVerdictTable(client, "absent")
        with pytest.raises(VerdictTableRefusedError):
            await absent.find_position()
        with pytest.raises(VerdictTableRefusedError):
            await absent.put_newer([build_verdict()])
    async with build_session("http://127.0.0.1:9").client("dynamodb") as client:
        with pytest.raises(VerdictTableError):
            await DynamoDbVerdictTable(client, "any").find_verdicts(["x"])
