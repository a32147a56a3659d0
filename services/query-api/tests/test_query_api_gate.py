"""Who gets in, how often, and what is kept of it."""

from pathlib import Path
from typing import Any

import pytest
from query_api_organization import GOLDEN
from structlog.testing import capture_logs

OPEN = {"/health/live", "/health/ready", "/login"}
GOLDEN_ID = GOLDEN.rpartition("/")[2]


async def list_paths(client: Any) -> list[tuple[str, str]]:
    paths = (await client.get("/openapi.json")).json()["paths"]
    documented = [(method.upper(), path) for path, item in paths.items() for method in item]
    return [*documented, ("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/"), ("GET", "/images")]


@pytest.mark.parametrize("stage", ["", "/v1"])
async def test_only_health_and_login_answer_without_identity(client: Any, stage: str) -> None:
    paths = await list_paths(client)
    del client.headers["x-api-key"]

    statuses = {
        (method, path): (
            await client.request(method, stage + path.replace("{image}", GOLDEN_ID), json={})
        ).status_code
        for method, path in [*paths, ("GET", "/login"), ("POST", "/logout"), ("GET", "/nothing")]
    }

    assert {path for (_, path), status in statuses.items() if status != 401} == OPEN


async def test_a_browser_without_session_is_led_to_the_login_page_and_back(anonymous: Any, site: Any) -> None:
    first = await anonymous.get("/images?name=a", headers={"accept": "text/html"})
    assert first.status_code == 303
    assert first.headers["location"] == "/login?next=%2Fimages%3Fname%3Da"

    login = await anonymous.get(first.headers["location"] + f"&code={site.create_login_code()}")

    assert login.status_code == 303
    assert login.headers["location"] == "/images?name=a"
    cookie = login.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    page = await anonymous.get("/images?name=a", headers={"accept": "text/html"})
    assert page.status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/a\nb"]
)
async def test_logging_in_never_leads_to_another_site(anonymous: Any, site: Any, target: str) -> None:
    answer = await anonymous.get("/login", params={"next": target, "code": site.create_login_code()})

    assert answer.headers["location"] == "/"


async def test_a_login_link_works_once(anonymous: Any, site: Any) -> None:
    code = site.create_login_code()
    assert (await anonymous.get(f"/login?code={code}")).status_code == 303
    anonymous.cookies.clear()

    again = await anonymous.get(f"/login?code={code}")

    assert again.status_code == 401
    assert "set-cookie" not in again.headers


async def test_a_write_of_a_session_needs_its_csrf_token(anonymous: Any, site: Any) -> None:
    await anonymous.get(f"/login?code={site.create_login_code()}")
    page = (await anonymous.get("/")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    assert (await anonymous.post("/api/v1/ami/search", json={})).status_code == 403
    headers = {"x-csrf-token": token, "sec-fetch-site": "cross-site"}
    assert (await anonymous.post("/api/v1/ami/search", json={}, headers=headers)).status_code == 403
    headers = {"x-csrf-token": token}
    assert (await anonymous.post("/api/v1/ami/search", json={}, headers=headers)).status_code == 200
    assert (await anonymous.post("/logout", data={"csrf_token": "wrong"})).status_code == 403
    cookies = dict(anonymous.cookies)
    assert (await anonymous.post("/logout", data={"csrf_token": token})).status_code == 303

    anonymous.cookies.update(cookies)
    assert (await anonymous.get("/api/v1/overview")).status_code == 401


async def test_a_wrong_revoked_or_cut_key_is_refused(client: Any, site: Any) -> None:
    key = client.headers["x-api-key"]
    for wrong in (f"{key}x", key[:-1], "aml_", "wrong", key.replace("aml_", "aml_0")):
        answer = await client.get("/api/v1/overview", headers={"x-api-key": wrong})
        assert answer.status_code == 401, wrong
        assert "x-api-key" in answer.headers["www-authenticate"]

    site.credentials.revoke_key(key.split("_")[1])

    assert (await client.get("/api/v1/overview")).status_code == 401


async def test_a_key_without_the_scope_is_refused_and_told_which(client: Any, site: Any) -> None:
    answer = await client.get("/api/v1/overview", headers={"x-api-key": site.create_key("decide")})

    assert answer.status_code == 403
    assert "'read'" in answer.json()["detail"]
    assert (
        await client.get("/api/v1/overview", headers={"x-api-key": site.create_key("admin")})
    ).status_code == 200


async def test_a_host_that_is_not_listed_is_refused(client: Any) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        assert (await client.get("/api/v1/overview", headers={"host": host})).status_code == 400, host
    assert (await client.get("/api/v1/overview", headers={"host": "127.0.0.1:8080"})).status_code == 200
    assert (await client.get("/health/live", headers={"host": "10.0.0.5"})).status_code == 200


async def test_each_caller_has_a_limit_of_its_own(client: Any, site: Any) -> None:
    other = {"x-api-key": site.create_key("read")}
    statuses = [(await client.get("/api/v1/generations")).status_code for _ in range(501)]
    assert statuses == [200] * 500 + [429]

    limited = await client.get("/api/v1/generations")
    assert limited.headers["retry-after"] == "1"
    assert (await client.get("/api/v1/generations", headers=other)).status_code == 200
    site.ticker.seconds += 1
    assert (await client.get("/api/v1/generations")).status_code == 200


async def test_guessing_keys_is_slowed_down(anonymous: Any) -> None:
    statuses = [
        (await anonymous.get("/api/v1/overview", headers={"x-api-key": f"guess-{n}"})).status_code
        for n in range(205)
    ]

    assert statuses[-1] == 429


def read_all(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_secrets_are_neither_logged_nor_stored(client: Any, site: Any, tmp_path: Path) -> None:
    key, code = client.headers["x-api-key"], site.create_login_code()
    with capture_logs() as logs:
        await client.get("/api/v1/overview")
        login = await client.get(f"/login?code={code}")
    session = login.cookies["ami_lineage_session"]

    stored = read_all(tmp_path)
    for secret in (key, key.split("_", 2)[2], code, session):
        assert secret not in str(logs)
        assert secret.encode() not in stored
    assert {entry["owner"] for entry in logs} == {"ada@example.com"}


async def test_every_answer_carries_the_correlation_id_and_the_policy(client: Any) -> None:
    given = await client.get("/api/v1/overview", headers={"x-correlation-id": "build-42"})
    made = await client.get("/nothing", headers={"x-correlation-id": "not\tgood"})

    assert given.headers["x-correlation-id"] == "build-42"
    assert made.headers["x-correlation-id"] == made.json()["correlation_id"] != "not\tgood"
    for answer in (given, made):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
