"""What both logs promise to readers that follow them."""

from datetime import timedelta

import pytest
from event_log_world import START, World, make_entry, read_to_end

from event_log import EventLog, LogCursor, RecordEntry

OVERLAP = timedelta(minutes=10)


async def test_the_beginning_is_everything(world: World, log: EventLog) -> None:
    events = [world.make_event(f"image/aws/us-east-1/ami-{number}") for number in range(40)]
    await log.append([make_entry(f"r{event.data['number']}", event) for event in events])
    decided = await log.append_decision("compliance/x", 0, world.make_events(2, "compliance/x"))
    count, streams, _ = await read_to_end(log)
    assert count == len(events) + len(decided)
    assert streams == {event.stream_id for event in (*events, *decided)}


async def test_an_empty_log_ends_at_once(log: EventLog) -> None:
    page = await log.read_since(None)
    assert (page.event_count, page.stream_ids, page.cursor.position) == (0, frozenset(), None)
    assert (await log.read_since(page.cursor)).event_count == 0


@pytest.mark.parametrize("page_size", [1, 2, 3, 7])
async def test_pages_of_any_size_count_each_event_once(world: World, page_size: int) -> None:
    log = world.build(page_size=page_size)
    for number in range(30):
        await log.append([RecordEntry(events=(world.make_event(f"image/aws/us-east-1/ami-{number}"),))])
        world.clock.advance(seconds=number)
    count, streams, cursor = await read_to_end(log)
    assert (count, len(streams)) == (30, 30)
    assert (await read_to_end(log, cursor))[0] == 0


async def test_a_chain_of_cursors_finds_only_what_is_new(world: World, log: EventLog) -> None:
    cursor = None
    for number in range(1, 6):
        await log.append([RecordEntry(events=world.make_events(number, f"image/aws/us-east-1/ami-{number}"))])
        world.clock.advance(minutes=3)
        count, streams, cursor = await read_to_end(log, cursor)
        assert (count, streams) == (number, {f"image/aws/us-east-1/ami-{number}"})
        assert cursor.recorded_at == world.clock.now - timedelta(minutes=3)


@pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(minutes=5), OVERLAP])
async def test_what_was_stamped_up_to_ten_minutes_before_the_cursor_is_found(
    world: World, log: EventLog, late: timedelta
) -> None:
    await log.append([RecordEntry(events=world.make_events(3))])
    _, _, cursor = await read_to_end(log)
    await world.append_late(log, world.make_event("image/aws/us-east-1/ami-late"), late)
    count, streams, cursor = await read_to_end(log, cursor)
    assert (count, streams) == (1, {"image/aws/us-east-1/ami-late"})
    assert (await read_to_end(log, cursor))[0] == 0


async def test_a_pass_that_pauses_near_the_end_still_finds_what_came_late(world: World) -> None:
    log = world.build(page_size=1)
    for number in range(40):
        world.clock.advance(seconds=1)
        await log.append([RecordEntry(events=world.make_events(1, f"image/aws/us-east-1/ami-{number}"))])
    page = await log.read_since(None)
    assert page.cursor.position is not None
    await world.append_late(log, world.make_event("image/aws/us-east-1/ami-late"), timedelta(minutes=9))
    world.clock.advance(hours=1)
    await log.append([RecordEntry(events=world.make_events(1, "image/aws/us-east-1/ami-next"))])
    rest, streams, cursor = await read_to_end(log, page.cursor)
    following, more, _ = await read_to_end(log, cursor)
    assert "image/aws/us-east-1/ami-late" in streams | more
    assert page.event_count + rest + following == 42


async def test_a_cursor_of_a_time_alone_reads_no_more_than_ten_minutes_twice(
    world: World, log: EventLog
) -> None:
    for minute in range(30):
        world.clock.now = START + timedelta(minutes=minute)
        await log.append([RecordEntry(events=world.make_events(1, f"image/aws/us-east-1/ami-{minute}"))])
    cursor = LogCursor(recorded_at=START + timedelta(minutes=20))
    count, streams, _ = await read_to_end(log, cursor)
    assert (count, streams) == (20, {f"image/aws/us-east-1/ami-{minute}" for minute in range(10, 30)})


async def test_a_time_later_than_all_is_the_end(world: World, log: EventLog) -> None:
    await log.append([RecordEntry(events=world.make_events(3))])
    assert (await log.read_since(LogCursor(recorded_at=START + timedelta(hours=1)))).event_count == 0


async def test_a_cursor_survives_being_written_down(world: World, log: EventLog) -> None:
    await log.append([RecordEntry(events=world.make_events(3))])
    _, _, cursor = await read_to_end(log)
    written = LogCursor.model_validate_json(cursor.model_dump_json())
    assert (await log.read_since(written)).event_count == 0


async def test_a_cursor_forgets_what_no_pass_meets_again(world: World, log: EventLog) -> None:
    await log.append([RecordEntry(events=world.make_events(50))])
    world.clock.advance(minutes=11)
    await log.append([RecordEntry(events=world.make_events(1))])
    _, _, cursor = await read_to_end(log)
    assert len(cursor.seen) == 1


async def test_a_new_version_of_an_event_is_a_change(world: World, log: EventLog) -> None:
    event = world.make_event()
    await log.append([RecordEntry(events=(event,))])
    _, _, cursor = await read_to_end(log)
    await log.append([RecordEntry(events=(event.model_copy(update={"normaliser_version": 2}),))])
    assert (await read_to_end(log, cursor))[0] == 1
