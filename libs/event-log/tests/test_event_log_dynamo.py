"""What only the log in DynamoDB can get wrong: transactions, lost answers, clocks, sizes."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import stamina
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError, ReadTimeoutError
from event_log_world import ANY_SKEW, START, STREAM, World, make_entry

from event_log import (
    ClockSkewError,
    DynamoEventLog,
    EventLog,
    LogSettings,
    PermanentLogError,
    RecordEntry,
    SequenceConflictError,
    TransientLogError,
)
from event_log.table import BODY, SORT
from event_log.table import STREAM as STREAM_KEY


class Client:
    """The real client, with accidents: an exception that befalls the n-th transaction, before or after it."""

    def __init__(self, client: Any, before: dict[int, Exception], after: dict[int, Exception]) -> None:
        self._client = client
        self._before, self._after = before, after
        self.transactions: list[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def transact_write_items(self, **request: Any) -> Any:
        number = len(self.transactions)
        items = [action.get("Put", {}).get("Item", {}) for action in request["TransactItems"]]
        self.transactions.append([item[SORT]["S"] for item in items if item])
        if number in self._before:
            raise self._before[number]
        answer = await self._client.transact_write_items(**request)
        if number in self._after:
            raise self._after[number]
        return answer


def open_log(world: World, client: Client, **settings: Any) -> EventLog:
    chosen = {"table": world.table, "max_skew_seconds": ANY_SKEW, "concurrency": 1} | settings
    return DynamoEventLog(client, LogSettings(**chosen), world.clock)


def refuse(code: str, reasons: Sequence[str] = ()) -> ClientError:
    return ClientError(
        {"Error": {"Code": code}, "CancellationReasons": [{"Code": reason} for reason in reasons]},  # type: ignore[typeddict-unknown-key]  # - as the SDK gives it
        "TransactWriteItems",
    )


async def count_items(world: World) -> int:
    return int((await world.client.scan(TableName=world.table, Select="COUNT"))["Count"])


async def test_a_record_and_its_events_stand_or_fall_together(dynamo: World) -> None:
    entries = [make_entry(f"r{number}", *dynamo.make_events(3)) for number in range(10)]
    client = Client(dynamo.client, {1: refuse("ValidationException")}, {})
    log = open_log(dynamo, client, transaction_size=10)
    with pytest.raises(PermanentLogError):
        await log.append(entries)
    ids = [f"r{number}" for number in range(10)]
    recorded = await log.find_recorded(ids)
    written = {event.event_id for event in await log.read_stream(STREAM)}
    assert 0 < len(recorded) < 10
    for entry in entries:
        assert entry.record is not None
        expected = entry.record.record_id in recorded
        assert [event.event_id in written for event in entry.events] == [expected] * 3
    assert (await log.append(entries)).new_record_ids == frozenset(ids) - recorded


async def test_an_entry_of_more_than_a_transaction_writes_its_record_last(dynamo: World) -> None:
    entry = make_entry("large", *dynamo.make_events(250))
    client = Client(dynamo.client, {2: refuse("ValidationException")}, {})
    log = open_log(dynamo, client)
    with pytest.raises(PermanentLogError):
        await log.append([entry])
    assert await log.find_recorded(["large"]) == frozenset()
    outcome = await log.append([entry])
    assert [len(one) for one in client.transactions[:3]] == [100, 100, 51]
    assert client.transactions[-1][-1] == "raw"
    assert len(outcome.new_event_ids) == 50
    assert await log.find_recorded(["large"]) == {"large"}
    assert len(await log.read_stream(STREAM)) == 250


async def test_an_attempt_whose_answer_got_lost_does_not_count_as_a_duplicate(dynamo: World) -> None:
    lost = ReadTimeoutError(endpoint_url="x")
    log = open_log(dynamo, Client(dynamo.client, {}, {0: lost}))
    outcome = await log.append([make_entry("r", *dynamo.make_events(2))])
    assert len(outcome.new_event_ids) == 2
    decisions = open_log(dynamo, Client(dynamo.client, {}, {0: lost}))
    recorded = await decisions.append_decision("policy/x", 0, dynamo.make_events(1, "policy/x"))
    assert await log.read_stream("policy/x") == recorded


@pytest.mark.parametrize(
    "accident",
    [
        refuse("TransactionCanceledException", ["None", "TransactionConflict"]),
        refuse("TransactionCanceledException", ["ConditionalCheckFailed", "ThrottlingError"]),
        refuse("ThrottlingException"),
    ],
    ids=["conflict", "throttled beside a duplicate", "throttled"],
)
async def test_what_passes_is_tried_again(dynamo: World, accident: Exception) -> None:
    client = Client(dynamo.client, {0: accident}, {})
    outcome = await open_log(dynamo, client).append([make_entry("r", dynamo.make_event())])
    assert len(outcome.new_event_ids) == 1
    assert len(client.transactions) == 2


async def test_one_failed_transaction_is_raised_when_the_others_have_ended(dynamo: World) -> None:
    client = Client(dynamo.client, {0: refuse("ValidationException")}, {})
    log = open_log(dynamo, client, transaction_size=10, concurrency=4)
    with pytest.raises(PermanentLogError):
        await log.append([make_entry(f"r{number}", dynamo.make_event()) for number in range(30)])
    assert len(client.transactions) == 6
    assert await count_items(dynamo) == 50


async def test_writers_of_the_same_records_at_once_agree_on_one(dynamo: World) -> None:
    entries = [make_entry(f"r{number}", dynamo.make_event()) for number in range(40)]
    outcomes = await asyncio.gather(*(dynamo.build().append(entries) for _ in range(3)))
    new = [event_id for outcome in outcomes for event_id in outcome.new_event_ids]
    assert len(new) == len(set(new)) == 40
    assert await count_items(dynamo) == 80


async def test_deciders_at_once_get_one_winner(dynamo: World) -> None:
    async def decide() -> bool:
        try:
            await dynamo.build().append_decision("policy/x", 0, dynamo.make_events(2, "policy/x"))
        except SequenceConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*(decide() for _ in range(5)))) == 1
    assert [event.sequence for event in await dynamo.build().read_stream("policy/x")] == [1, 2]


async def test_more_than_a_transaction_may_weigh_is_cut(dynamo: World) -> None:
    noise = random.Random(1)
    entries = [
        make_entry(f"r{number}", dynamo.make_event(), noise=noise.randbytes(150_000).hex())
        for number in range(32)
    ]
    client = Client(dynamo.client, {}, {})
    outcome = await open_log(dynamo, client).append(entries)
    assert len(client.transactions) > 1
    assert len(outcome.new_record_ids) == 32


async def test_an_entry_that_weighs_more_than_a_transaction_is_cut_with_its_record_last(
    dynamo: World,
) -> None:
    noise = random.Random(2)
    events = [dynamo.make_event(data={"noise": noise.randbytes(150_000).hex()}) for _ in range(32)]
    client = Client(dynamo.client, {}, {})
    outcome = await open_log(dynamo, client).append([make_entry("r", *events)])
    assert len(client.transactions) > 1
    assert client.transactions[-1][-1] == "raw"
    assert len(outcome.new_event_ids) == 32


async def test_what_no_item_can_hold_is_named_and_nothing_is_written(dynamo: World) -> None:
    noise = random.Random(3).randbytes(450_000).hex()
    log, small = dynamo.build(), make_entry("small", dynamo.make_event())
    with pytest.raises(PermanentLogError, match="the record huge has"):
        await log.append([small, make_entry("huge", noise=noise)])
    event = dynamo.make_event(data={"noise": noise})
    with pytest.raises(PermanentLogError, match=f"the event image.tagged {event.event_id} of {STREAM} has"):
        await log.append([small, RecordEntry(events=(event,))])
    assert await count_items(dynamo) == 0


@pytest.mark.parametrize("seconds", [-40, 40])
async def test_a_wrong_clock_writes_nothing(dynamo: World, seconds: int) -> None:
    dynamo.clock.now = datetime.now(UTC)
    dynamo.clock.advance(seconds=seconds)
    log = dynamo.build(max_skew_seconds=30.0)
    with pytest.raises(ClockSkewError, match="mend it") as raised:
        await log.append([make_entry("r", dynamo.make_event())])
    assert raised.value.seconds > 30
    with pytest.raises(ClockSkewError):
        await log.append_decision("policy/x", 0, dynamo.make_events(1, "policy/x"))
    assert await count_items(dynamo) == 0
    dynamo.clock.now = datetime.now(UTC)
    assert (await log.append([make_entry("r", dynamo.make_event())])).new_record_ids == {"r"}


async def test_an_append_that_takes_too_long_for_its_stamp_stops(dynamo: World) -> None:
    log = dynamo.build(max_write_seconds=-1.0)
    with pytest.raises(TransientLogError, match="took too long for its stamp"):
        await log.append([make_entry("r", dynamo.make_event())])
    assert await count_items(dynamo) == 0


async def test_a_long_stream_and_segments_of_several_pages_are_read_whole(dynamo: World) -> None:
    noise = random.Random(4)
    events = [dynamo.make_event(data={"noise": noise.randbytes(60_000).hex()}) for _ in range(40)]
    log = dynamo.build(scan_segments=2)
    await log.append([RecordEntry(events=tuple(events))])
    assert [event.event_id for event in await log.read_stream(STREAM)] == [event.event_id for event in events]
    assert {event.event_id async for event in log.scan()} == {event.event_id for event in events}


async def test_a_scan_can_be_left_at_any_time(dynamo: World) -> None:
    log = dynamo.build(scan_segments=64)
    await log.append([make_entry(f"r{number}", dynamo.make_event()) for number in range(60)])
    async with asyncio.timeout(10):
        scan = log.scan()
        await anext(scan)
        await scan.aclose()  # type: ignore[attr-defined]  # - an async generator behind the interface


async def test_an_unreadable_item_is_an_error_and_not_left_out(dynamo: World) -> None:
    log, event = dynamo.build(), dynamo.make_event()
    await log.append([RecordEntry(events=(event,))])
    (item,) = (await dynamo.client.scan(TableName=dynamo.table))["Items"]
    await dynamo.client.put_item(TableName=dynamo.table, Item={**item, BODY: {"B": b"?what"}})
    with pytest.raises(PermanentLogError, match="unknown encoding b'\\?': deploy a newer reader"):
        await log.read_stream(STREAM)
    with pytest.raises(PermanentLogError):
        [event async for event in log.scan()]


async def test_a_missing_table_is_permanent_and_an_absent_server_is_not(dynamo: World) -> None:
    missing = DynamoEventLog(dynamo.client, LogSettings(table="not-there"), lambda: START)
    with pytest.raises(PermanentLogError, match="ResourceNotFound"):
        await missing.read_stream(STREAM)
    async with get_session().create_client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=AioConfig(retries={"mode": "standard", "max_attempts": 2}),
    ) as nowhere:
        log = DynamoEventLog(nowhere, LogSettings(table=dynamo.table), lambda: START)
        with stamina.set_testing(True, attempts=2), pytest.raises(TransientLogError, match="does not answer"):
            await log.read_stream(STREAM)


async def test_raw_records_are_not_in_the_index(dynamo: World) -> None:
    await dynamo.build().append([make_entry("r", dynamo.make_event())])
    indexed = await dynamo.client.scan(TableName=dynamo.table, IndexName="by_recorded")
    assert [item[STREAM_KEY]["S"] for item in indexed["Items"]] == [STREAM]
