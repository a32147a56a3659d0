"""Coverage: what was captured, what is missing, and which source would fill it."""

from typing import Any

import pytest
from query_api_estate import LOST, settle
from query_api_organization import EAST, LAB, SHOP, TEAM, at, event

from query_api.domain.capture import read_capture


@pytest.fixture
async def estate(site: Any, client: Any) -> Any:
    await settle(site)
    return client


async def test_coverage_says_since_when_from_what_and_what_was_refused(estate: Any) -> None:
    answer = (await estate.get("/api/v1/coverage")).json()
    rows = {(row["account_id"], row["region"]): row for row in answer["regions"]}

    shop, team = rows[SHOP, EAST], rows[TEAM, EAST]
    assert (shop["covered_since"], shop["sources"]) == (at(0), ["archive", "backfill"])
    assert (shop["account_name"], shop["denied"]) == ("shop-prod", ["ec2:DescribeVolumes"])
    assert [(gap["begins"], gap["ends"]) for gap in team["gaps"]] == [(at(10), at(20))]
    assert rows[LAB, EAST]["gaps"] == "unknown"
    assert answer["complete"] == "no"
    assert answer["explanations"] is None


async def test_explain_gives_every_unknown_thing_one_source_the_most_first(estate: Any) -> None:
    answer = (await estate.get("/api/v1/coverage", params={"explain": "true"})).json()
    rows = answer["explanations"]
    counts = [row["images"] + row["instances"] + row["auto_scaling_groups"] for row in rows]

    assert sum(counts) == answer["unknown_things"]
    assert counts == sorted(counts, reverse=True)
    denied = next(row for row in rows if row["source"] == "denied_permission")
    assert (denied["account_id"], denied["denied"]) == (SHOP, ["ec2:DescribeVolumes"])
    assert denied["instances"] >= 1, LOST
    assert {row["source"] for row in rows if row["account_id"] == LAB} == {"region_not_captured"}
    assert all(row["advice"] for row in rows)


def test_no_event_of_coverage_is_not_known_and_not_complete() -> None:
    assert read_capture(()) is None


def test_a_gap_stays_open_until_an_event_names_it_as_closed() -> None:
    stream = f"coverage/{TEAM}/{EAST}"
    gap = event(
        stream, "coverage.gap_detected", 5, capture="backfill", reason="exists", resources=["image/x"]
    )
    other = event(stream, "coverage.gap_closed", 6, reason="explained")
    closed = other.model_copy(update={"causation_id": str(gap.event_id)})

    still_open, is_closed = read_capture((gap, other)), read_capture((closed, gap))
    assert still_open is not None
    assert [each.reason for each in still_open.gaps] == ["exists"]
    assert is_closed is None


def test_a_newer_scan_that_was_allowed_replaces_the_refusal() -> None:
    stream = f"coverage/{TEAM}/{EAST}"
    refused = event(stream, "coverage.scan_completed", 5, capture="backfill", denied=["ec2:DescribeImages"])
    allowed = event(stream, "coverage.scan_completed", 6, capture="backfill")

    captured = read_capture((allowed, refused))
    assert captured is not None
    assert captured.denied == ()
