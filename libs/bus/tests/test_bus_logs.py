"""Logs: JSON lines on stderr that tell no secrets."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bus import configure_logging
from bus.logs import REDACTED, redact


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Configures logging and reads what was logged; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    structlog.contextvars.clear_contextvars()
    configure_logging("ingest", "INFO")

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_line_with_service_level_time_and_context(lines: Any) -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger("x").info("record appended", events=2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "record appended",
        "level": "info",
        "service": "ingest",
        "correlation_id": "c-1",
        "events": 2,
    }


def test_what_is_below_the_level_is_not_written(lines: Any) -> None:
    structlog.get_logger("x").debug("detail seen")
    assert lines() == []


def test_what_libraries_log_comes_in_the_same_form_and_without_secrets(lines: Any) -> None:
    logging.getLogger("botocore").warning("call with Signature=%s failed", "abcdef0123")
    (line,) = lines()
    assert (line["level"], line["service"], line["logger"]) == ("warning", "ingest", "botocore")
    assert line["event"] == f"call with Signature={REDACTED} failed"


def test_an_exception_is_told_in_the_line_without_its_secrets(lines: Any) -> None:
    try:
        int("http://127.0.0.1/login?code=s3cr3t")
    except ValueError:
        structlog.get_logger("x").exception("login failed")
    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert "s3cr3t" not in json.dumps(line)


@pytest.mark.parametrize(
    "name",
    [
        "x-api-key",
        "api_key",
        "secretAccessKey",
        "AWS_SECRET_ACCESS_KEY",
        "sessionToken",
        "Authorization",
        "password",
        "db_password",
        "cookie",
        "code",
        "login_code",
    ],
)
def test_values_under_telling_names_are_blotted_out_at_any_depth(name: str) -> None:
    event = {"event": "x", name: "hush", "deep": {"list": [{name: "hush"}]}}
    assert "hush" not in json.dumps(redact(None, "info", event))


@pytest.mark.parametrize(
    "text",
    [
        "key aml_hush-1 given",
        "/login?code=hush",
        "a=1&code=hush&b=2",
        "AWS4-HMAC-SHA256 Signature=0123abcd0123",
        "Authorization: Bearer hush",
        "X-Amz-Security-Token=hush",
        "aws_secret_access_key=hush",
    ],
)
def test_secrets_inside_texts_are_blotted_out(text: str) -> None:
    cleaned = redact(None, "info", {"event": text, "items": (text,), "error": ValueError(text)})
    assert "hush" not in json.dumps(cleaned)
    assert "0123abcd" not in json.dumps(cleaned)


def test_what_operators_need_stays_readable() -> None:
    event = {"event": "call failed", "error_code": "Throttling", "queue": "q", "seconds": 1.5, "again": None}
    assert redact(None, "info", dict(event)) == event
