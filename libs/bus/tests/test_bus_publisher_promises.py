"""What a publisher promises, in memory and on EventBridge."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from bus import PermanentBusError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_events_arrive_under_their_type_as_they_stand_in_the_log(
    publisher_case: Any, build_event: Any
) -> None:
    events = [build_event(number) for number in range(23)]
    await publisher_case.publisher.publish(events)
    arrived = await publisher_case.read_published(23)
    assert {kind for kind, _ in arrived} == {"image.tagged"}
    envelopes = [EventEnvelope.model_validate(detail) for _, detail in arrived]
    assert sorted(envelopes, key=lambda event: event.event_id) == sorted(
        events, key=lambda event: event.event_id
    )


async def test_publishing_nothing_is_fine(publisher_case: Any) -> None:
    await publisher_case.publisher.publish([])
    assert await publisher_case.read_published(1) == []


async def test_a_hint_arrives_under_its_name(publisher_case: Any) -> None:
    hint = LogAppended(recorded_from=NOW, recorded_to=NOW, correlation_id="c-1")
    await publisher_case.publisher.publish_hint(LOG_APPENDED, hint)
    ((kind, detail),) = await publisher_case.read_published(1)
    assert kind == LOG_APPENDED
    assert LogAppended.model_validate(detail) == hint


async def test_an_event_that_is_too_large_is_named_and_keeps_no_other_back(
    publisher_case: Any, build_event: Any
) -> None:
    large = build_event(1, {"tags": {"k": "x" * 1_000_000}})
    with pytest.raises(PermanentBusError, match=str(large.event_id)):
        await publisher_case.publisher.publish([build_event(0), large, build_event(2)])
    arrived = await publisher_case.read_published(2)
    assert sorted(detail["stream_id"][-1] for _, detail in arrived) == ["0", "2"]


async def test_large_events_are_split_by_bytes(publisher_case: Any, build_event: Any) -> None:
    await publisher_case.publisher.publish(
        [build_event(number, {"tags": {"k": "x" * 400_000}}) for number in range(4)]
    )
    assert len(await publisher_case.read_published(4)) == 4
