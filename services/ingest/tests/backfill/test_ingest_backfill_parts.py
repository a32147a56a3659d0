"""The parts of backfill that keep a promise of their own: pace, store, errors, settings."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from ingest.adapters.backfill_store import SqliteBackfillStore
from ingest.adapters.source_errors import to_source_error
from ingest.application.backfill.outcomes import ReadingOutcome
from ingest.application.pacing import AdaptivePace
from ingest.entrypoints.backfilling import build_options, build_source_settings
from ingest.errors import (
    SourceDeniedError,
    SourceLacksCallError,
    SourceRefusedError,
    SourceThrottledError,
    SourceUnavailableError,
    UsageError,
)


async def test_calls_beyond_a_burst_wait_and_other_places_do_not() -> None:
    pace, clock = AdaptivePace(50), asyncio.get_running_loop().time
    began = clock()
    for _ in range(110):
        await pace.wait("a")
    waited = clock() - began
    began = clock()
    await pace.wait("b")

    assert waited >= 0.15
    assert clock() - began < 0.15


async def test_throttling_halves_the_rate_and_answers_bring_it_back() -> None:
    pace = AdaptivePace(8)
    await pace.wait("a")
    pace.throttled("a")
    halved = pace.get_rate("a")
    for _ in range(100):
        pace.answered("a")

    assert (halved, pace.get_rate("a")) == (4, 8)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("UnauthorizedOperation", 403, SourceDeniedError),
        ("AccessDeniedException", 400, SourceDeniedError),
        ("InvalidAction", 400, SourceLacksCallError),
        ("RequestLimitExceeded", 503, SourceThrottledError),
        ("InvalidAMIID.NotFound", 400, SourceRefusedError),
        ("InternalError", 500, SourceUnavailableError),
    ],
)
def test_each_answer_says_what_can_be_done(code: str, status: int, kind: type[Exception]) -> None:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}

    assert type(to_source_error("ec2:X", ClientError(answer, "X"))) is kind


def test_no_answer_may_come_later_and_no_credentials_never_do() -> None:
    silent = to_source_error("ec2:X", EndpointConnectionError(endpoint_url="http://x"))

    assert type(silent) is SourceUnavailableError
    assert isinstance(to_source_error("ec2:X", NoCredentialsError()), SourceRefusedError)


def test_a_finished_reading_outlives_the_process_and_a_run_of_its_own_does_not_see_it(
    tmp_path: Path, desk: Any
) -> None:
    outcome = ReadingOutcome(events=3)
    for wanted, resume, expected in (("a", False, None), ("a", True, outcome), ("b", True, None)):
        with SqliteBackfillStore(tmp_path / "other.sqlite") as store:
            began = store.begin(desk.now, wanted, resume=resume)
            assert store.find_done("1", "r", "images") == expected
            assert began == desk.now
            store.mark_done("1", "r", "images", outcome)


def test_only_what_the_run_did_not_see_and_has_not_ended_is_unseen(tmp_path: Path, desk: Any) -> None:
    streams = [f"image/aws/us-east-1/ami-0{name}" for name in "abcd"]
    with SqliteBackfillStore(tmp_path / "other.sqlite") as store:
        store.add_streams([*streams, "policy/x"], "{}")
        store.mark_seen(streams[:1])
        store.mark_ended(streams[1:2])

        assert store.list_unseen("image", "us-east-1", "", 9) == streams[2:]
        assert store.list_unseen("image", "us-east-1", streams[2], 9) == streams[3:]
        assert store.list_unseen("image", "eu-west-1", "", 9) == []
        store.add_streams(streams[1:2], "{}")
        assert store.list_unseen("image", "us-east-1", "", 1) == streams[1:2]
        store.begin(desk.now + timedelta(days=1), "next", resume=False)
        assert len(store.list_unseen("image", "us-east-1", "", 9)) == 4


@pytest.mark.parametrize(("accounts", "regions"), [("123", ""), ("", "mars"), ("abcdefghijkl", "")])
def test_wrong_options_say_what_to_write(accounts: str, regions: str) -> None:
    with pytest.raises(UsageError, match="write"):
        build_options(accounts, regions, resume=False, as_json=False)


def test_a_named_profile_never_reaches_a_local_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMI_LINEAGE_SOURCE_EC2_ENDPOINT", "http://127.0.0.1:1")
    local = build_source_settings(None, None, None).build_access(("key", "secret"))
    aws = build_source_settings("audit", "Reader", "x").build_access(("key", "secret"))

    assert (local.find_endpoint("ssm"), local.keys) == ("http://127.0.0.1:1", ("key", "secret"))
    assert (aws.find_endpoint("ssm"), aws.find_endpoint("ec2"), aws.keys) == (None, None, None)
    assert (aws.profile, aws.role, aws.external_id) == ("audit", "Reader", "x")
