import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from ami_lineage_cli.__main__ import build_app
from ami_lineage_cli.errors import UsageError

pytestmark = pytest.mark.enable_socket
IMPACT = {
    "affected": {
        "instances": [
            {"instance_id": "i-1", "account_id": "111122223333", "runs": "image/aws/us-east-1/ami-1"}
        ],
        "launch_templates": [],
        "parameters": [],
        "other_references": [],
    },
    "latent": [],
    "exposure": [{"instance": {"instance_id": "i-2"}, "image": "ami-1", "because": "terminated"}],
    "remediation_steps": [],
    "unknowns": [],
    "counts": {"instances": 1},
}
EMPTY = {
    "changes": [],
    "parents": [],
    "children": [],
    "instances": [],
    "unknowns": [],
    "events": [],
    "nodes": [],
}


@pytest.fixture
def asked() -> Iterator[tuple[list[tuple[str, Any]], str]]:
    """An API that answers every question and remembers it."""
    seen: list[tuple[str, Any]] = []

    class Answering(BaseHTTPRequestHandler):
        def answer(self, body: Any) -> None:
            seen.append((self.path, body))
            self.send_response(200)
            self.end_headers()
            empty = {**EMPTY, "edges": [], "chain": [], "ends": [], "regions": [], "explanations": []}
            self.wfile.write(json.dumps(IMPACT if body is not None else empty).encode())

        def do_GET(self) -> None:
            self.answer(None)

        def do_POST(self) -> None:
            self.answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield seen, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(url: str, *arguments: str) -> str:
    result = CliRunner().invoke(build_app(), [*arguments, "--url", url], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_impact_asks_with_its_start_and_window_and_prints_the_body(asked: Any) -> None:
    seen, url = asked

    body = run(url, "impact", "ami-1", "--from", "2026-11-01", "--json")

    assert json.loads(body) == IMPACT
    assert seen == [("/api/v1/security-impact", {"ami_id": "ami-1", "limit": 25_000, "from": "2026-11-01"})]


def test_impact_prints_who_ran_it_beside_who_runs_it(asked: Any) -> None:
    table = run(asked[1], "impact", "--account", "111122223333")

    assert "i-1" in table
    assert "i-2" in table


@pytest.mark.parametrize("arguments", [[], ["ami-1", "--account", "111122223333"]])
def test_impact_needs_exactly_one_start(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match="exactly one"):
        CliRunner().invoke(build_app(), ["impact", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("diff", "ami-1", "--from", "2026-01-01"), "/api/v1/ami/ami-1/diff?from=2026-01-01"),
        (("coverage", "--explain"), "/api/v1/coverage?explain=true"),
        (("coverage",), "/api/v1/coverage"),
        (
            ("provenance", "ami-1", "--known-at", "2026-01-01"),
            "/api/v1/ami/ami-1/provenance?known_at=2026-01-01",
        ),
        (
            ("history", "ami-1", "--as-of", "2026-01-01"),
            "/api/v1/ami/ami-1/history?limit=200&as_of=2026-01-01",
        ),
    ],
)
def test_verbs_ask_what_they_are_asked(asked: Any, arguments: tuple[str, ...], path: str) -> None:
    run(asked[1], *arguments, "--json")

    assert asked[0] == [(path, None)]
