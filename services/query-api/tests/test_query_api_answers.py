"""What the API says about the small organization."""

import csv
import io
from typing import Any

import pytest
from query_api_organization import (
    BATCH,
    CHILD,
    COPY,
    GOLDEN,
    LAUNDERED,
    ROOT,
    SERVICE,
    SNAPSHOT,
    TWIN_EAST,
    WEB,
)

IMAGE = GOLDEN.rpartition("/")[2]
NODE = {
    "id", "kind", "resource_id", "partition", "region", "account_id", "account_name", "owner", "state", "name",
    "depth", "public", "shared_with", "tags", "created_at", "created_by", "family", "version", "terminal_reason",
}  # fmt: skip
EDGE = {"source", "target", "kind", "method", "confidence", "evidence", "valid_from", "valid_to"}
INSTANCE = {
    "instance_id", "name", "account_id", "account_name", "owner", "region", "state", "launched_from", "runs",
    "since", "last_seen_at", "private_ip", "public_ip", "instance_profile", "auto_scaling_group", "launched_by",
    "tags",
}  # fmt: skip


async def get(client: Any, path: str, **parameters: Any) -> Any:
    answer = await client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "name",
    [
        IMAGE,
        f"us-east-1/{IMAGE}",
        f"us-east-1%2F{IMAGE}",
        f"arn:aws:ec2:us-east-1::image/{IMAGE}",
        f"arn:aws:ec2:us-east-1:111122223333:image/{IMAGE}",
        GOLDEN,
        GOLDEN.replace("/", "%2F"),
    ],
)
async def test_an_image_answers_to_each_of_its_names(client: Any, name: str) -> None:
    for stage in ("", "/v1"):
        assert (await get(client, f"{stage}/api/v1/ami/{name}/lineage"))["image"]["id"] == GOLDEN


async def test_lineage_names_everything_that_tools_rely_on(client: Any) -> None:
    answer = await get(client, f"/api/v1/ami/{IMAGE}/lineage", include="instances,snapshots")

    assert {node["id"]: node["depth"] for node in answer["nodes"]} == {
        GOLDEN: 0, ROOT: 1, COPY: 1, SERVICE: 1, CHILD: 2, SNAPSHOT: 1, BATCH: 1, WEB: 2,
    }  # fmt: skip
    assert all(set(node) >= NODE for node in answer["nodes"])
    assert all(set(edge) == EDGE for edge in answer["edges"])
    assert {(edge["source"], edge["target"]) for edge in answer["edges"] if edge["kind"] == "DERIVED_FROM"} == {
        (GOLDEN, ROOT), (COPY, GOLDEN), (SERVICE, GOLDEN), (CHILD, SERVICE),
    }  # fmt: skip
    assert all(set(row) == INSTANCE for row in answer["instances"])
    web = next(row for row in answer["instances"] if row["name"] == "web-1")
    assert (web["runs"], web["launched_from"], web["auto_scaling_group"]) == (SERVICE, SERVICE, "web")
    assert [event["event_type"] for event in answer["history"]] == [
        "image.created", "image.state_changed", "image.tagged",
    ]  # fmt: skip
    assert answer["truncated"] is False
    assert answer["next_cursor"] is None


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("ancestors", {GOLDEN, ROOT}),
        ("upstream", {GOLDEN, ROOT}),
        ("descendants", {GOLDEN, COPY, SERVICE, CHILD}),
        ("downstream", {GOLDEN, COPY, SERVICE, CHILD}),
    ],
)
async def test_direction_and_depth_bound_the_lineage(client: Any, direction: str, expected: set[str]) -> None:
    whole = await get(client, f"/api/v1/ami/{IMAGE}/lineage", direction=direction)
    near = await get(client, f"/api/v1/ami/{IMAGE}/lineage", direction=direction, depth=1)

    assert {node["id"] for node in whole["nodes"]} == expected
    assert {node["id"] for node in near["nodes"]} == expected - {CHILD}
    assert near["deeper"] == (CHILD in expected)


async def test_pages_of_a_lineage_give_every_node_and_edge_once(client: Any) -> None:
    path = f"/api/v1/ami/{IMAGE}/lineage"
    whole = await get(client, path, include="instances")
    nodes: list[str] = []
    edges: list[tuple[str, str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(client, path, include="instances", limit=2, **cursor)
        nodes += [node["id"] for node in page["nodes"]]
        assert all({edge["source"], edge["target"]} <= set(nodes) for edge in page["edges"])
        edges += [(edge["kind"], edge["source"], edge["target"]) for edge in page["edges"]]
        if page["next_cursor"] is None:
            break
        assert page["truncated"]
        cursor = {"cursor": page["next_cursor"]}

    assert nodes == [node["id"] for node in whole["nodes"]]
    assert sorted(edges) == sorted((e["kind"], e["source"], e["target"]) for e in whole["edges"])


async def test_a_cursor_is_good_for_its_own_question_only(client: Any) -> None:
    path = f"/api/v1/ami/{IMAGE}/lineage"
    cursor = (await get(client, path, limit=1))["next_cursor"]

    for other in ({"depth": 3}, {"direction": "ancestors"}):
        answer = await client.get(path, params={"cursor": cursor, **other})
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("invalid-cursor")


async def test_provenance_shows_each_step_with_its_events_and_each_end_with_its_reason(client: Any) -> None:
    answer = await get(client, f"/api/v1/ami/{COPY}/provenance")

    assert [step["image"]["id"] for step in answer["chain"]] == [COPY, GOLDEN, ROOT]
    evidence = answer["chain"][0]["parents"][0]["evidence"]
    assert [event["event_type"] for event in evidence] == ["image.copied"]
    assert evidence[0]["actor"] == "arn:aws:sts::111122223333:assumed-role/ImageBuilder/build-42"
    assert evidence[0]["record_id"].startswith("record-image.copied")
    assert [(end["image"], end["terminal_reason"]) for end in answer["ends"]] == [(ROOT, "public_root")]


async def test_what_is_not_known_is_said(client: Any) -> None:
    placeholder = await get(client, f"/api/v1/ami/{TWIN_EAST}/lineage")
    laundered = await get(client, f"/api/v1/ami/{LAUNDERED}/security-context", include_compliance=True)

    assert placeholder["image"]["state"] is None
    assert {item["reason"] for item in placeholder["unknowns"]} == {"not_recorded", "before_recorded_history"}
    assert laundered["compliance"]["status"] == "UNKNOWN"
    assert laundered["vulnerabilities"]["scan_status"] == "UNKNOWN"
    assert {"missing_event", "incomplete_record", "not_scanned", "not_evaluated"} <= {
        item["reason"] for item in laundered["unknowns"]
    }


async def test_security_context_gives_verdicts_only_when_asked(client: Any) -> None:
    with_verdicts = await get(client, f"/api/v1/ami/{IMAGE}/security-context", include_compliance=True)
    without = await get(client, f"/api/v1/ami/{IMAGE}/security-context")

    assert with_verdicts["compliance"]["status"] == "FAIL"
    assert [row["verdict"] for row in with_verdicts["compliance"]["verdicts"]] == ["FAIL", "PASS", "UNKNOWN"]
    assert without["compliance"] is None
    assert without["lineage"]["root"] == ROOT
    assert without["lineage"]["confidence"] == "recorded"
    assert {node["id"] for node in without["lineage"]["children"]} == {COPY, SERVICE}
    assert without["usage"]["instances"] == 1


async def test_history_pages_and_its_csv_runs_no_formula(client: Any) -> None:
    path = f"/api/v1/ami/{IMAGE}/history"
    first = await get(client, path, limit=2)
    second = await get(client, path, limit=2, cursor=first["next_cursor"])
    events = first["events"] + second["events"]
    assert [event["event_type"].split(".")[1] for event in events] == ["created", "state_changed", "tagged"]
    assert second["next_cursor"] is None

    by_parameter = await client.get(path, params={"format": "csv"})
    by_header = await client.get(path, headers={"accept": "text/csv"})

    assert by_parameter.text == by_header.text
    rows = list(csv.DictReader(io.StringIO(by_parameter.text)))
    assert [row["event_id"] for row in rows] == [event["event_id"] for event in events]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "golden-*"}, {GOLDEN, COPY}),
        ({"account": "444455556666"}, {SERVICE, CHILD}),
        ({"region": "eu-west-1", "name": "golden*"}, {COPY}),
        ({"state": "pending"}, {LAUNDERED}),
        ({"state": "unknown"}, {ROOT, TWIN_EAST}),
        ({"tag": "Owner=shop"}, {CHILD}),
        ({"tag": "Owner"}, {GOLDEN, CHILD}),
        ({"method": "register_snapshot"}, {CHILD, LAUNDERED}),
        ({"confidence": "reconstructed"}, {CHILD}),
        ({"terminal_reason": "public_root"}, {ROOT}),
        ({"derived_from": SERVICE}, {CHILD}),
        ({"derived_from": IMAGE, "region": "us-east-1"}, {SERVICE, CHILD}),
        ({"public": True}, {ROOT}),
        ({"created_after": "2026-11-02", "account": "444455556666"}, {SERVICE, CHILD}),
        ({"created_before": "2026-11-01T10:30:00Z"}, {GOLDEN}),
        ({"id": GOLDEN}, {GOLDEN}),
        ({"id": IMAGE}, {GOLDEN}),
        ({"name": "[g]olden*"}, set()),
    ],
)
async def test_search_holds_every_filter(client: Any, filters: Any, expected: set[str]) -> None:
    answer = await client.post("/api/v1/ami/search", json=filters)

    assert answer.status_code == 200, answer.text
    assert {image["id"] for image in answer.json()["images"]} == expected


@pytest.mark.parametrize("filters", [{}, {"derived_from": IMAGE}])
async def test_pages_of_a_search_give_every_image_once(client: Any, filters: Any) -> None:
    whole = (await client.post("/api/v1/ami/search", json=filters)).json()["images"]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        body = {**filters, "limit": 2, **cursor}
        page = (await client.post("/api/v1/ami/search", json=body)).json()
        seen += [image["id"] for image in page["images"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert seen == [image["id"] for image in whole]
    assert len(seen) >= 3


async def test_overview_counts_and_coverage_claims_nothing(client: Any) -> None:
    overview = await get(client, "/api/v1/overview")
    coverage = await get(client, "/api/v1/coverage")

    assert overview["counts"]["images"] == 8
    assert {end["terminal_reason"]: end["images"] for end in overview["ends"]} == {
        "public_root": 1, "missing_event": 1, "before_recorded_history": 1, "external_import": 1,
    }  # fmt: skip
    assert overview["generation"] == "g0001"
    assert overview["checkpoint_lag_seconds"] > 0
    assert {row["gaps"] for row in coverage["regions"]} == {"unknown"}
    assert sum(row["resources"] for row in coverage["regions"]) == 11


async def test_pages_escape_what_users_wrote(client: Any) -> None:
    page = (await client.get(f"/images/{LAUNDERED}")).text

    assert "<script>alert" not in page
    assert "experiment &lt;script&gt;" in page


async def test_docs_name_every_operation_and_load_nothing_from_elsewhere(client: Any) -> None:
    schema = await get(client, "/openapi.json")
    page = (await client.get("/docs")).text

    assert all(path in page for path in schema["paths"])
    assert "http" not in page.replace("http-equiv", "")
