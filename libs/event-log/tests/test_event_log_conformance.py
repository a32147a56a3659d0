"""What both logs promise about writing and reading."""

from datetime import timedelta

import pytest
from event_log_world import STREAM, World, make_entry

from event_log import EventLog, PermanentLogError, RecordEntry, SequenceConflictError

DECISIONS = "compliance/image/aws/us-east-1/ami-1"


async def test_an_append_stamps_events_whatever_they_carried(world: World, log: EventLog) -> None:
    given = world.make_events(3)
    outcome = await log.append([make_entry("r", *given)])
    expected = tuple(event.model_copy(update={"recorded_at": world.clock.now}) for event in given)
    assert outcome.events == expected
    assert outcome.recorded_at == world.clock.now
    assert await log.read_stream(STREAM) == expected


async def test_appending_twice_gives_no_new_event(world: World, log: EventLog) -> None:
    entries = [make_entry(f"r{number}", world.make_event()) for number in range(5)]
    ids = frozenset(entry.events[0].event_id for entry in entries)
    first = await log.append(entries)
    world.clock.advance(minutes=1)
    second = await log.append(entries)
    assert (first.new_event_ids, first.duplicate_event_ids) == (ids, frozenset())
    assert first.new_record_ids == {f"r{number}" for number in range(5)}
    assert (second.new_event_ids, second.duplicate_event_ids) == (frozenset(), ids)
    assert second.new_record_ids == frozenset()
    assert [event.recorded_at for event in await log.read_stream(STREAM)] == [first.recorded_at] * 5


async def test_what_is_there_is_never_overwritten(world: World, log: EventLog) -> None:
    event = world.make_event()
    await log.append([make_entry("r", event, said="first")])
    other = event.model_copy(update={"data": {"number": "forged"}})
    outcome = await log.append([make_entry("r", other, said="second")])
    assert outcome.duplicate_event_ids == {event.event_id}
    assert [kept.data for kept in await log.read_stream(STREAM)] == [event.data]
    record = await log.read_record("r")
    assert record is not None
    assert record.content == {"said": "first"}


async def test_a_decision_stays_when_an_event_takes_its_place(world: World, log: EventLog) -> None:
    (decided,) = await log.append_decision(DECISIONS, 0, [world.make_event(DECISIONS)])
    forged = decided.model_copy(update={"data": {"forged": True}})
    outcome = await log.append([RecordEntry(events=(forged,))])
    assert outcome.new_event_ids == frozenset()
    assert await log.read_stream(DECISIONS) == (decided,)


async def test_duplicates_do_not_block_their_new_neighbours(world: World, log: EventLog) -> None:
    known = [make_entry(f"k{number}", world.make_event()) for number in range(6)]
    await log.append(known[::2])
    mixed = [
        one
        for number, entry in enumerate(known)
        for one in (entry, make_entry(f"n{number}", world.make_event()))
    ]
    outcome = await log.append(mixed)
    old = frozenset(entry.events[0].event_id for entry in known[::2])
    assert outcome.duplicate_event_ids == old
    assert outcome.new_event_ids == frozenset(entry.events[0].event_id for entry in mixed) - old
    assert len(await log.read_stream(STREAM)) == 12
    ids = [f"{kind}{number}" for kind in "kn" for number in range(6)]
    assert await log.find_recorded(ids) == frozenset(ids)


async def test_a_new_event_beside_a_known_one_of_the_same_record_is_added(
    world: World, log: EventLog
) -> None:
    known, added = world.make_events(2)
    await log.append([make_entry("r", known)])
    outcome = await log.append([make_entry("r", known, added)])
    assert (outcome.new_event_ids, outcome.duplicate_event_ids) == ({added.event_id}, {known.event_id})
    assert outcome.new_record_ids == frozenset()


async def test_the_same_item_twice_in_one_call_counts_once(world: World, log: EventLog) -> None:
    event = world.make_event()
    outcome = await log.append([make_entry("r", event, event), make_entry("r", event)])
    assert (outcome.new_event_ids, outcome.duplicate_event_ids) == ({event.event_id}, frozenset())
    assert len(outcome.events) == 3
    assert len(await log.read_stream(STREAM)) == 1


async def test_nothing_given_is_nothing_done(log: EventLog) -> None:
    outcome = await log.append([])
    assert (outcome.events, outcome.new_event_ids) == ((), frozenset())


async def test_a_record_without_events_and_events_without_a_record_are_kept(
    world: World, log: EventLog
) -> None:
    event = world.make_event()
    await log.append([make_entry("alone"), RecordEntry(events=(event,))])
    assert await log.find_recorded(["alone", "missing"]) == {"alone"}
    assert len(await log.read_stream(STREAM)) == 1


async def test_a_stream_is_read_in_the_order_of_time_whatever_came_first(world: World, log: EventLog) -> None:
    events = world.make_events(5)
    for event in (events[3], events[0], events[4], events[2], events[1]):
        await log.append([RecordEntry(events=(event,))])
    assert [event.event_id for event in await log.read_stream(STREAM)] == [event.event_id for event in events]


async def test_moments_a_microsecond_apart_stay_in_order(world: World, log: EventLog) -> None:
    late = world.make_event()
    early = world.make_event(occurred_at=late.occurred_at - timedelta(microseconds=1))
    await log.append([RecordEntry(events=(late, early))])
    assert [event.event_id for event in await log.read_stream(STREAM)] == [early.event_id, late.event_id]


async def test_all_versions_of_a_normalised_event_stand_side_by_side(world: World, log: EventLog) -> None:
    first = world.make_event()
    await log.append([make_entry("r", first)])
    corrected = [
        first.model_copy(update={"normaliser_version": version, "data": {"version": version}})
        for version in (2, 10)
    ]
    outcome = await log.append([make_entry("r", *corrected)])
    assert outcome.new_event_ids == {first.event_id}
    assert [event.normaliser_version for event in await log.read_stream(STREAM)] == [1, 2, 10]


async def test_streams_are_read_together_and_an_unknown_one_is_empty(world: World, log: EventLog) -> None:
    one, two = world.make_event("image/aws/us-east-1/ami-1"), world.make_event("image/aws/us-east-1/ami-2")
    await log.append([RecordEntry(events=(one, two))])
    read = await log.read_streams([one.stream_id, two.stream_id, "image/aws/x/ami-3", one.stream_id])
    assert {stream: [event.event_id for event in events] for stream, events in read.items()} == {
        one.stream_id: [one.event_id],
        two.stream_id: [two.event_id],
        "image/aws/x/ami-3": [],
    }


async def test_a_scan_gives_each_event_once_and_no_raw_record(world: World, log: EventLog) -> None:
    events = [world.make_event(f"image/aws/us-east-1/ami-{number % 7}") for number in range(60)]
    await log.append([make_entry(f"r{event.data['number']}", event) for event in events])
    decided = await log.append_decision(DECISIONS, 0, [world.make_event(DECISIONS)])
    scanned = [event async for event in log.scan()]
    assert sorted(event.event_id for event in scanned) == sorted(e.event_id for e in (*events, *decided))


async def test_find_recorded_takes_any_number_of_ids(log: EventLog) -> None:
    known = [f"r{number}" for number in range(0, 250, 2)]
    await log.append([make_entry(record_id) for record_id in known])
    asked = [f"r{number}" for number in range(250)]
    assert await log.find_recorded([*asked, *asked]) == frozenset(known)
    assert await log.find_recorded([]) == frozenset()


@pytest.mark.parametrize("content", [{"text": "ä\ud800 ✓", "list": [1, None, True]}, {"big": "x" * 5000}, {}])
async def test_a_raw_record_comes_back_as_it_was(log: EventLog, content: dict[str, object]) -> None:
    await log.append([make_entry("a/b %#", **content)])
    record = await log.read_record("a/b %#")
    assert record is not None
    assert record.content == content
    assert await log.read_record("other") is None


async def test_decisions_are_numbered_one_after_the_other(world: World, log: EventLog) -> None:
    first = await log.append_decision(DECISIONS, 0, world.make_events(2, DECISIONS))
    second = await log.append_decision(DECISIONS, 2, world.make_events(10, DECISIONS))
    assert [event.sequence for event in (*first, *second)] == list(range(1, 13))
    assert {event.recorded_at for event in first} == {world.clock.now}
    assert await log.read_stream(DECISIONS) == (*first, *second)


@pytest.mark.parametrize("expected", [0, 1, 3, 9])
async def test_a_decision_on_an_outdated_or_imagined_end_is_a_conflict(
    world: World, log: EventLog, expected: int
) -> None:
    recorded = await log.append_decision(DECISIONS, 0, world.make_events(2, DECISIONS))
    with pytest.raises(SequenceConflictError, match=f"does not end with sequence {expected}"):
        await log.append_decision(DECISIONS, expected, world.make_events(2, DECISIONS))
    assert await log.read_stream(DECISIONS) == recorded


async def test_decisions_that_cannot_be_numbered_are_refused(world: World, log: EventLog) -> None:
    with pytest.raises(PermanentLogError, match="1 to 99 decisions"):
        await log.append_decision(DECISIONS, 0, [])
    with pytest.raises(PermanentLogError, match="1 to 99 decisions"):
        await log.append_decision(DECISIONS, 0, world.make_events(100, DECISIONS))
    with pytest.raises(PermanentLogError, match=f"is of {STREAM}"):
        await log.append_decision(DECISIONS, 0, [world.make_event()])
    assert await log.read_stream(DECISIONS) == ()
