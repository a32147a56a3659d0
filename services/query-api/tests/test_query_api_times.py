"""Two kinds of time: as it was, and as it was known."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_api_closed import (
    ALL,
    BASE,
    BUILD,
    COPY,
    IMAGES,
    LATE,
    LAUNDERED,
    SERVER,
    SWITCHED,
    at,
    group,
    load,
    moment,
    resource,
)

from query_api.application import past as past_module
from query_api.domain.moments import Cut, parse_moment
from query_api.errors import InvalidRequestError

GENERATION = "g0001"
SHOWN = (
    "state", "tags", "terminal_reason", "confidence", "placeholder", "created_at", "public", "account_id", "depth",
)  # fmt: skip


@pytest.fixture
async def closed(site: Any, client: Any) -> Any:
    await load(site.store, GENERATION, ALL)
    site.events.streams = group(ALL)
    return client


async def ask(client: Any, image: str, question: str = "lineage", **parameters: Any) -> Any:
    answer = await client.get(f"/api/v1/ami/{image}/{question}", params=parameters)
    return answer.json() | {"status_code": answer.status_code}


def links(answer: Any) -> set[tuple[str, str]]:
    return {(each["source"], each["target"]) for each in answer["edges"] if each["kind"] == "DERIVED_FROM"}


async def test_now_the_whole_is_known(closed: Any) -> None:
    assert links(await ask(closed, BUILD)) == {(BUILD, BASE), (COPY, BUILD), (LATE, COPY), (LAUNDERED, BUILD)}


async def test_as_of_shows_only_what_was_made_by_then(closed: Any) -> None:
    answer = await ask(closed, BUILD, as_of=at(9))

    assert links(answer) == {(BUILD, BASE), (COPY, BUILD)}
    assert answer["as_of"] == "2026-11-01T09:00:00.000000Z"


async def test_as_of_knows_by_later_observations_and_says_what_it_does_not_know(closed: Any) -> None:
    answer = await ask(closed, BUILD, as_of=at(11))

    assert (LATE, COPY) in links(answer)
    assert {row["subject"] for row in answer["unknowns"] if row["reason"] == "state_then_unknown"} == {
        BASE,
        LATE,
    }


async def test_as_of_gives_state_and_tags_of_that_time(closed: Any) -> None:
    async def find(hours: float, image: str) -> Any:
        return (await ask(closed, image, as_of=at(hours)))["image"]

    assert (await find(4.5, BUILD))["state"] == "pending"
    assert (await find(5.5, BUILD))["state"] == "available"
    assert (await find(5.5, BUILD))["tags"] == {}
    assert (await find(6, BUILD))["tags"] == {"Approved": "yes"}
    assert (await find(19, COPY))["state"] != "deregistered"
    assert (await find(20, COPY))["state"] == "deregistered"


@pytest.mark.parametrize(("hours", "runs"), [(10, BUILD), (16, BASE)])
async def test_as_of_gives_the_effective_image_of_that_time(closed: Any, hours: float, runs: str) -> None:
    answer = await ask(closed, BASE, as_of=at(hours), include="instances")

    row = next(row for row in answer["instances"] if row["instance_id"] == resource(SERVER))
    assert row["runs"] == runs
    assert row["state"] != "terminated"


@pytest.mark.parametrize("question", ["lineage", "provenance"])
async def test_an_image_that_did_not_exist_or_was_not_known_is_a_clear_problem(
    closed: Any, question: str
) -> None:
    for parameters in ({"as_of": at(3)}, {"known_at": at(3)}):
        answer = await ask(closed, BUILD, question, **parameters)

        assert answer["status_code"] == 404
        assert answer["type"].endswith(":not-then")


async def test_provenance_as_known_rests_on_what_was_recorded(closed: Any) -> None:
    before = await ask(closed, LAUNDERED, "provenance", known_at=at(20))
    after = await ask(closed, LAUNDERED, "provenance", known_at=at(36))

    assert [end["image"] for end in before["ends"]] == [LAUNDERED]
    assert before["ends"][0]["terminal_reason"] == "before_recorded_history"
    (parent,) = after["chain"][0]["parents"]
    assert (parent["image"], parent["confidence"]) == (BUILD, "reconstructed")
    assert all(item["event_type"] for item in parent["evidence"])


async def test_known_at_shows_a_child_that_was_believed_then_and_is_none_now(closed: Any) -> None:
    assert (SWITCHED, BUILD) in links(await ask(closed, BUILD, known_at=at(44)))
    assert (SWITCHED, BUILD) not in links(await ask(closed, BUILD, known_at=at(45)))
    assert (SWITCHED, BASE) in links(await ask(closed, SWITCHED))


async def test_history_is_cut_by_both_times(closed: Any) -> None:
    async def types(**parameters: Any) -> list[str]:
        answer = await ask(closed, BUILD, "history", **parameters)
        return [each["event_type"].partition(".")[2] for each in answer["events"]]

    assert await types() == ["created", "state_changed", "tagged"]
    assert await types(as_of=at(5)) == ["created", "state_changed"]
    assert await types(known_at=at(39)) == ["created", "state_changed"]
    assert await types(known_at=at(40)) == ["created", "state_changed", "tagged"]


async def test_diff_says_what_changed_in_between_and_nothing_else(closed: Any) -> None:
    answer = await ask(closed, BUILD, "diff", **{"from": at(5.5), "to": at(10)})

    assert {row["what"]: row["after"] for row in answer["changes"]} == {"tags.Approved": "yes"}
    assert [row["id"] for row in answer["children"]] == [COPY, LATE][:1]
    assert [(row["id"], row["change"]) for row in answer["instances"]] == [(SERVER, "added")]
    assert answer["existed_before"] is True
    later = await ask(closed, BUILD, "diff", **{"from": at(14), "to": at(16)})
    assert [(row["id"], row["change"]) for row in later["instances"]] == [(SERVER, "ended")]
    assert (await ask(closed, BUILD, "diff", **{"from": at(1), "to": at(4)}))["existed_before"] is False
    assert (await ask(closed, BUILD, "diff", **{"from": at(4), "to": at(1)}))["status_code"] == 400


async def test_a_question_over_too_many_streams_says_so(closed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_module, "STREAMS_LIMIT", 2)

    answer = await ask(closed, BUILD, known_at=at(60))

    assert answer["status_code"] == 422
    assert answer["type"].endswith(":too-large")
    assert "depth" in answer["detail"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.integers(min_value=2, max_value=60), image=st.sampled_from(IMAGES))
def test_known_at_equals_a_log_that_was_cut_then(hours: int, image: str) -> None:
    from query_api_sites import answer_of  # noqa: PLC0415 - beside the property that needs it

    cut = [each for each in ALL if each.recorded_at <= moment(hours)]
    asked = asyncio.run(answer_of(ALL, image, known_at=at(hours)))
    expected = asyncio.run(answer_of(cut, image))

    if expected["status_code"] == 404:
        assert asked["status_code"] == 404
        return
    assert links(asked) == links(expected)
    assert {each["id"]: [each[key] for key in SHOWN] for each in asked["nodes"]} == {
        each["id"]: [each[key] for key in SHOWN] for each in expected["nodes"]
    }
    assert {(each["instance_id"], each["runs"], each["since"]) for each in asked["instances"]} == {
        (each["instance_id"], each["runs"], each["since"]) for each in expected["instances"]
    }


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-11-01", 0),
        ("2026-11-01T02:00Z", 2),
        ("2026-11-01T02:00:00.5Z", None),
        ("2026-11-01T04:00:00+02:00", 2),
    ],
)
def test_moments_are_days_or_times_in_utc(text: str, hours: float | None) -> None:
    found = parse_moment(text, "as_of")

    assert found is not None
    assert hours is None or found == moment(hours)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-11-01T25:00", "0001-01-01T00:00+23:59", "x" * 300]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        parse_moment(text, "as_of")


def test_a_cut_holds_from_its_begin_and_not_at_its_end() -> None:
    cut = Cut(as_of=moment(5))

    assert cut.holds("2026-11-01T05:00:00.000000Z", None)
    assert not cut.holds(None, "2026-11-01T05:00:00.000000Z")
