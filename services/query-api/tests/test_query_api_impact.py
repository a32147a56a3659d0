"""What is affected: by what runs now, by what would start next, by what ran and is gone, and what nobody knows."""

import csv
import io
from typing import Any

import pytest
from query_api_estate import (
    DEPLOYER,
    GROUP,
    LABELLED,
    LOST,
    PARAMETER,
    RIDDLE,
    STRANGER,
    SWAPPED,
    TEMPLATE,
    settle,
)
from query_api_organization import BATCH, CHILD, COPY, GOLDEN, ROOT, SERVICE, SHOP, TEAM, WEB, at

from query_api.application import impact_rows
from query_api.domain.blast_radius import Window

PATH = "/api/v1/security-impact"


@pytest.fixture
async def estate(site: Any, client: Any) -> Any:
    await settle(site)
    return client


async def ask(client: Any, **body: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def short(stream: str) -> str:
    return stream.rpartition("/")[2]


async def test_only_an_open_run_of_a_descendant_is_affected(estate: Any) -> None:
    answer = await ask(estate, ami_id=GOLDEN)

    assert {row["id"] for row in answer["affected"]["images"]} == {GOLDEN, COPY, SERVICE, CHILD}
    assert {row["instance_id"]: row["runs"] for row in answer["affected"]["instances"]} == {
        short(WEB): SERVICE
    }
    assert answer["counts"]["instances"] == 1


async def test_a_replaced_root_and_an_ended_instance_are_exposure(estate: Any) -> None:
    rows = (await ask(estate, ami_id=GOLDEN))["exposure"]

    assert {
        (row["instance"]["instance_id"], row["image"], row["because"], row["ran_to"]) for row in rows
    } == {
        (short(SWAPPED), SERVICE, "root_replaced", at(80)),
        (short(BATCH), GOLDEN, "terminated", at(70)),
        (short(LOST), SERVICE, "not_known", at(75)),
    }
    swapped = next(row for row in rows if row["because"] == "root_replaced")
    assert swapped["instance"]["runs"] == ROOT


async def test_an_instance_whose_run_is_unknown_is_listed_as_unknown(estate: Any) -> None:
    answer = await ask(estate, ami_id=GOLDEN)

    assert [row["subject"] for row in answer["unknowns"] if row["reason"] == "runs_unknown"] == [LOST]
    step = next(row for row in answer["remediation_steps"] if row["action"] == "investigate")
    assert LOST in step["targets"]


@pytest.mark.parametrize(
    ("window", "gone"),
    [
        ({"from": "2026-11-04T11:30:00Z"}, {SWAPPED, LOST}),  # hour 74.5
        ({"from": "2026-11-04T12:30:00Z"}, {SWAPPED}),  # hour 75.5
        ({"to": "2026-11-02"}, set()),
        ({"from": "2026-11-03T00:00:00Z", "to": "2026-11-04T06:00:00Z"}, {SWAPPED, LOST, BATCH}),
    ],
)
async def test_a_window_bounds_the_exposure_and_nothing_else(
    estate: Any, window: Any, gone: set[str]
) -> None:
    answer = await ask(estate, ami_id=GOLDEN, **window)

    assert {row["instance"]["instance_id"] for row in answer["exposure"]} == {short(one) for one in gone}
    assert answer["counts"]["instances"] == 1


async def test_the_next_scale_out_is_latent_with_the_way_to_the_image(estate: Any) -> None:
    answer = await ask(estate, ami_id=GOLDEN)

    (launch,) = answer["latent"]
    assert (launch["group"], launch["image"], launch["since"]) == (GROUP, SERVICE, at(56))
    assert launch["how"] == ["launch template lt-0aa0000000000web1 version $Default"]
    assert (launch["account_name"], launch["owner"]) == ("shop-prod", "shop-team")
    assert [row["action"] for row in answer["remediation_steps"]][:2] == [
        "change_group_launch",
        "repoint_references",
    ]


async def test_what_refers_is_found_over_templates_and_only_while_it_does(estate: Any) -> None:
    affected = (await ask(estate, ami_id=GOLDEN))["affected"]

    (template,) = affected["launch_templates"]
    assert template["id"] == TEMPLATE
    assert [(row["version"], row["is_default"]) for row in template["references"]] == [("3", True)]
    assert {row["id"]: [each["version"] for each in row["references"]] for row in affected["parameters"]} == {
        PARAMETER: ["1"],
        LABELLED: ["1"],
    }
    assert {row["id"] for row in affected["auto_scaling_groups"]} == {GROUP, RIDDLE}


async def test_a_group_whose_launch_is_unknown_is_never_clean(estate: Any) -> None:
    answer = await ask(estate, ami_id=SERVICE)

    (unknown,) = [row for row in answer["unknowns"] if row["reason"] == "launches_unknown"]
    assert unknown["subject"] == RIDDLE
    assert "version of its template" in unknown["detail"]


async def test_groups_that_may_start_anything_are_unknown_in_the_regions_of_the_images(estate: Any) -> None:
    answer = await ask(estate, ami_id=SERVICE)

    (unknown,) = [row for row in answer["unknowns"] if row["reason"] == "launches_unknown_elsewhere"]
    assert "Of 1 other groups" in unknown["detail"]
    assert STRANGER in unknown["detail"]


async def test_rows_name_account_and_owner_and_the_answer_its_coverage(estate: Any) -> None:
    answer = await ask(estate, ami_id=GOLDEN)

    (row,) = answer["affected"]["instances"]
    assert (row["account_name"], row["owner"]) == ("shop-prod", "shop-team")
    shop = next(row for row in answer["coverage"]["regions"] if row["account_id"] == SHOP)
    assert shop["denied"] == ["ec2:DescribeVolumes"]
    assert answer["coverage"]["complete"] == "no"


async def test_an_account_affects_what_was_made_of_its_images(estate: Any) -> None:
    answer = await ask(estate, account=TEAM)

    assert {row["id"] for row in answer["affected"]["images"]} == {GOLDEN, COPY, SERVICE, CHILD}


async def test_a_principal_affects_what_it_launched(estate: Any) -> None:
    answer = await ask(estate, principal=DEPLOYER)
    later = await ask(estate, principal=DEPLOYER, **{"from": "2026-12-01"})

    assert {row["instance_id"] for row in answer["affected"]["instances"]} == {short(WEB), short(SWAPPED)}
    assert short(BATCH) in {row["instance"]["instance_id"] for row in answer["exposure"]}
    assert later["counts"]["instances"] == 0
    assert "nothing_recorded" in {row["reason"] for row in later["unknowns"]}


@pytest.mark.parametrize("start", ["cve", "finding_arn"])
async def test_a_start_that_needs_other_records_says_which(estate: Any, start: str) -> None:
    answer = await estate.post(PATH, json={start: "CVE-2026-1"})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":not-available-yet")
    assert [error["field"] for error in answer.json()["errors"]] == [start]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ami_id": GOLDEN, "account": TEAM},
        {"ami_id": GOLDEN, "from": "2026-11-02", "to": "2026-11-01"},
        {"ami_id": GOLDEN, "from": "yesterday"},
    ],
)
async def test_a_question_without_one_start_and_a_window_is_refused(estate: Any, body: Any) -> None:
    assert (await estate.post(PATH, json=body)).status_code == 400


async def test_pages_give_every_instance_once_and_the_counts_of_all(estate: Any) -> None:
    whole = await ask(estate, ami_id=GOLDEN)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await ask(estate, ami_id=GOLDEN, limit=1, **cursor)
        seen += [row["instance_id"] for row in page["affected"]["instances"]]
        seen += [row["instance"]["instance_id"] for row in page["exposure"]]
        assert page["counts"] == whole["counts"]
        if page["next_cursor"] is None:
            break
        assert page["truncated"]
        cursor = {"cursor": page["next_cursor"]}

    assert sorted(seen) == sorted(short(one) for one in (WEB, BATCH, SWAPPED, LOST))


async def test_a_page_ends_before_it_grows_too_large(estate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact_rows, "PAGE_BYTES", 1000)

    page = await ask(estate, ami_id=GOLDEN)

    assert len(page["affected"]["instances"]) + len(page["exposure"]) < 4
    assert page["truncated"]
    assert page["next_cursor"]


async def test_csv_has_a_row_for_each_and_cells_that_fit_the_header(estate: Any) -> None:
    answer = await estate.post(PATH, json={"ami_id": GOLDEN}, headers={"accept": "text/csv"})
    header, *rows = csv.reader(io.StringIO(answer.text))

    assert {len(row) for row in rows} == {len(header)}
    assert {row[0] for row in rows} >= {"image", "instance", "latent", "exposure", "unknown", "parameter"}


async def test_usage_counts_launches_by_principal_and_runs_by_effective_image(estate: Any) -> None:
    answer = (await estate.get(f"/api/v1/ami/{SERVICE}/usage")).json()

    assert answer["running"] == 1
    assert answer["launches"] == 3
    assert [(row["principal"], row["launches"]) for row in answer["launches_by"]] == [(DEPLOYER, 3)]
    assert {row["instance_id"]: row["runs"] for row in answer["instances"]}[short(SWAPPED)] == ROOT
    assert [row["id"] for row in answer["references"]] == [TEMPLATE]


def test_a_window_without_ends_overlaps_everything_and_touching_is_not_overlapping() -> None:
    assert Window().overlaps(None, None)
    assert not Window(begin=at(5)).overlaps(at(1), at(5))
    assert not Window(end=at(1)).overlaps(at(1), at(5))
    assert Window(begin=at(2), end=at(3)).overlaps(None, None)
