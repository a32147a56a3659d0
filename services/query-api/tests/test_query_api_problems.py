"""Every error is a problem that says what to do."""

from typing import Any

import pytest
from query_api_organization import GOLDEN, TWIN_EAST, TWIN_WEST

IMAGE = GOLDEN.rpartition("/")[2]
ENVELOPE = {"type", "title", "status", "detail", "errors", "correlation_id"}


def check(answer: Any, status: int, slug: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert answer.status_code == status, body
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) >= ENVELOPE
    assert body["status"] == status
    assert body["type"] == f"urn:ami-lineage:problem:{slug}"
    assert body["detail"]
    return body


async def test_every_route_refuses_parameters_that_it_does_not_know(client: Any) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert len(paths) >= 8
    for path, item in paths.items():
        for method in item:
            url = path.replace("{image}", IMAGE)
            body = {"json": {}} if method == "post" else {}
            answer = await client.request(method.upper(), url, params={"surprise": "1"}, **body)
            problem = check(answer, 400, "invalid-request")
            assert [error["field"] for error in problem["errors"]] == ["surprise"], path


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("depth=0", "depth"),
        ("depth=101", "depth"),
        ("depth=x", "depth"),
        ("direction=sideways", "direction"),
        ("include=instances,cats", "include"),
        ("limit=1001", "limit"),
        ("depth=1&depth=2", "depth"),
    ],
)
async def test_a_parameter_out_of_bounds_is_named(client: Any, query: str, field: str) -> None:
    answer = await client.get(f"/api/v1/ami/{IMAGE}/lineage?{query}")

    assert field in {error["field"] for error in check(answer, 400, "invalid-request")["errors"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"limit": 0}, "limit"),
        ({"account": "12"}, "account"),
        ({"confidence": "sure"}, "confidence"),
        ({"tag": "=x"}, "tag"),
        ({"id": "i-1"}, "image"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_after": "2026-02-30"}, "created_after"),
        ({"created_before": "9999-99-99"}, "created_before"),
    ],
)
async def test_a_filter_that_does_not_exist_or_fit_is_named(client: Any, body: Any, field: str) -> None:
    answer = await client.post("/api/v1/ami/search", json=body)

    assert field in {error["field"] for error in check(answer, 400, "invalid-request")["errors"]}


async def test_a_filter_that_does_not_fit_is_explained_in_words(client: Any) -> None:
    answer = await client.post("/api/v1/ami/search", json={"account": "12", "created_after": "yesterday"})

    details = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert details["account"] == "an account id has 12 digits, such as 111122223333"
    assert details["created_after"].startswith("not a date such as 2026-01-31")


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"name":' * 100_000, '{"name":"\\ud800"}'])
async def test_a_body_that_is_no_json_is_the_callers_error_and_is_named(client: Any, body: str) -> None:
    answer = await client.post(
        "/api/v1/ami/search", content=body, headers={"content-type": "application/json"}
    )

    problem = check(answer, 400, "invalid-request")
    assert problem["errors"] == [{"field": "body", "detail": "not JSON that can be read"}]


@pytest.mark.parametrize("body", ["{", "[]", "null", '"x"', "{}}"])
async def test_a_body_that_is_no_object_is_refused(client: Any, body: str) -> None:
    answer = await client.post(
        "/api/v1/ami/search", content=body, headers={"content-type": "application/json"}
    )

    check(answer, 400, "invalid-request")


async def test_an_unknown_image_is_404_and_an_ambiguous_one_409_with_candidates(client: Any) -> None:
    for question in ("lineage", "provenance", "history", "security-context"):
        check(await client.get(f"/api/v1/ami/ami-00000000/{question}"), 404, "image-not-found")
        check(await client.get(f"/api/v1/ami/nonsense/{question}"), 400, "invalid-request")
        twins = TWIN_EAST.rpartition("/")[2]
        problem = check(await client.get(f"/api/v1/ami/{twins}/{question}"), 409, "ambiguous-image")
        assert problem["candidates"] == sorted([TWIN_EAST, TWIN_WEST])


async def test_paths_and_methods_that_do_not_exist_are_problems_too(client: Any) -> None:
    check(await client.get("/api/v1/nothing"), 404, "not-found")
    check(await client.get("/api/v1/ami/"), 404, "not-found")
    answer = await client.delete("/api/v1/overview")
    check(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]


async def test_without_its_marker_the_graph_answers_503_and_never_not_found(client: Any, site: Any) -> None:
    assert (await client.get(f"/api/v1/ami/{IMAGE}/lineage")).status_code == 200
    await site.store.drop_generation("g0001")

    for path in (f"/api/v1/ami/{IMAGE}/lineage", "/api/v1/overview", "/api/v1/generations", "/health/ready"):
        answer = await client.get(path)
        check(answer, 503, "graph-rebuilding")
        assert answer.headers["retry-after"]
    check(await client.post("/api/v1/ami/search", json={}), 503, "graph-rebuilding")
    page = await client.get("/", headers={"accept": "text/html"})
    assert page.status_code == 503
    assert "being rebuilt" in page.text


async def test_a_failure_inside_tells_nothing_of_its_inside(
    client: Any, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(site.store, "count", fail)

    answer = await client.get("/api/v1/overview")

    check(answer, 500, "internal-error")
    assert "hunter2" not in answer.text
