"""What a reading of the log may claim."""

from datetime import UTC, datetime, timedelta

from graph_writer_events import event, stream
from graph_writer_world import append

from event_log import InMemoryEventLog, LogCursor
from graph_writer.application.log_delta import SETTLE, read_delta

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
STEP = timedelta(seconds=30)


class SteppingClock:
    """Half a minute later each time that it is read."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += STEP
        return self.now


async def test_a_pass_of_several_pages_claims_no_more_than_its_first_look() -> None:
    clock = SteppingClock()
    log = InMemoryEventLog(clock, page_size=1)
    for number in range(4):
        await append(log, [event(stream("image", number), "image.deregistered", number)])
    began = clock.now
    delta = await read_delta(log, LogCursor(recorded_at=START), 1_000, clock)
    assert delta.at_end
    assert delta.events == 4
    assert clock.now - began > 3 * STEP
    assert delta.complete_to <= began + 2 * STEP - SETTLE
