"""Any order of appends, late ones included, any pauses and any page size: a reader counts each event once."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

from event_log_world import Clock, World, open_memory, read_to_end
from hypothesis import example, given, settings
from hypothesis import strategies as st

from event_log import EventLog, LogCursor, RecordEntry

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 600)),
        st.tuples(st.just("wait"), st.integers(0, 1500)),
        st.tuples(st.just("read"), st.just(0)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=40,
)
"""Seconds between stamp and commit; seconds that pass; the next page; a start with the cursor's time alone."""


async def follow(world: World, log: EventLog, steps: Sequence[tuple[str, int]]) -> None:
    """Model: the multiset of what was committed. Without a restart nothing is counted twice."""
    committed, counted, found, restarts = set[str](), 0, set[str](), 0
    cursor: LogCursor | None = None
    for kind, seconds in steps:
        if kind == "append":
            event = world.make_event(f"image/aws/us-east-1/ami-{len(committed)}")
            await world.append_late(log, event, timedelta(seconds=seconds))
            committed.add(event.stream_id)
        elif kind == "wait":
            world.clock.advance(seconds=seconds)
        elif kind == "restart":
            cursor = None if cursor is None else LogCursor(recorded_at=cursor.recorded_at)
            restarts += cursor is not None
        else:
            page = await log.read_since(cursor)
            counted, found, cursor = counted + page.event_count, found | page.stream_ids, page.cursor
    for _ in range(2):  # the pass under way may have gone by what came late; the next one has not
        count, streams, cursor = await read_to_end(log, cursor)
        counted, found = counted + count, found | streams
    assert found == committed
    if not restarts:
        assert counted == len(committed)
    assert (await log.read_since(cursor)).event_count == 0


@given(steps=STEPS, page_size=st.integers(1, 5))
@example(
    steps=[("append", 0)] * 2 + [("read", 0), ("append", 540), ("wait", 1500), ("append", 0)], page_size=1
)
@settings(max_examples=300, deadline=None)
def test_a_reader_of_the_fake_finds_everything_and_counts_nothing_twice(
    steps: list[tuple[str, int]], page_size: int
) -> None:
    world = open_memory(Clock())
    asyncio.run(follow(world, world.build(page_size=page_size), steps))


async def test_a_reader_of_the_real_log_finds_everything_and_counts_nothing_twice(dynamo: World) -> None:
    rng = random.Random(7)
    kinds = rng.choices(["append", "wait", "read"], [5, 2, 3], k=60)
    most = {"append": 600, "wait": 900, "read": 0}
    await follow(dynamo, dynamo.build(page_size=1), [(kind, rng.randint(0, most[kind])) for kind in kinds])


async def test_appends_at_any_time_never_hide_from_a_reader(world: World) -> None:
    log = world.build(page_size=2)
    appended = 0
    cursor, counted = None, 0
    for _ in range(12):
        await asyncio.gather(
            *(log.append([RecordEntry(events=world.make_events(2))]) for _ in range(3)),
        )
        appended += 6
        page = await log.read_since(cursor)
        counted, cursor = counted + page.event_count, page.cursor
        world.clock.advance(seconds=20)
    for _ in range(2):
        count, _, cursor = await read_to_end(log, cursor)
        counted += count
    assert counted == appended
