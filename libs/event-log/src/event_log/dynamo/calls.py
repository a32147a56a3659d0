"""Calls to DynamoDB: retried where that helps, errors in our own words."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import stamina
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from event_log.errors import ClockSkewError, EventLogError, PermanentLogError, TransientLogError

TRANSIENT_CODES: Final = frozenset(
    {
        "InternalServerError",
        "InternalFailure",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
TRANSIENT_REASONS: Final = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)
CONDITION_FAILED: Final = "ConditionalCheckFailed"
ATTEMPTS: Final = 8

Answer = Mapping[str, Any]


class TransactionCancelledError(EventLogError):
    """A transaction was refused: `reasons` holds one code per item ("None" where nothing was wrong).

    Never leaves this package: the log drops what is there already and writes the rest.
    """

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


def to_error(error: ClientError | BotoCoreError) -> EventLogError:
    """What an SDK error means for the caller."""
    if isinstance(error, ParamValidationError):
        return PermanentLogError(f"the SDK refuses: {error}")
    if isinstance(error, BotoCoreError):
        return TransientLogError(f"DynamoDB does not answer: {error}")
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "TransactionCanceledException":
        reasons = tuple(
            reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ())
        )
        if any(reason in TRANSIENT_REASONS for reason in reasons):
            return TransientLogError(f"a transaction met another one: {', '.join(reasons)}")
        if CONDITION_FAILED in reasons:
            return TransactionCancelledError(reasons)
    if code in TRANSIENT_CODES or status >= 500:  # noqa: PLR2004 - an HTTP status
        return TransientLogError(f"DynamoDB answered {code}")
    return PermanentLogError(f"DynamoDB refuses: {error}")


async def ask(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of a call, after retries with backoff and jitter.

    Raises:
        TransientLogError: it did not work in any attempt.
        PermanentLogError: it never will.
        TransactionCancelledError: items are there already.
    """
    async for attempt in stamina.retry_context(
        on=TransientLogError, attempts=ATTEMPTS, timeout=60, wait_max=5
    ):
        with attempt:
            try:
                return await call()
            except (ClientError, BotoCoreError) as error:
                raise to_error(error) from error
    raise TransientLogError("no attempt was made")


def check_skew(answer: Answer, now: datetime, most: float) -> None:
    """Compare our clock with the Date of an answer.

    Raises:
        ClockSkewError: they differ by more than `most` seconds.
        TransientLogError: the answer does not say when it was given.
    """
    text = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        date = parsedate_to_datetime(text)
    except ValueError as error:
        raise TransientLogError(f"DynamoDB's answer has no readable Date: {text!r}") from error
    seconds = abs((now - date.astimezone(UTC)).total_seconds())
    if seconds > most:
        raise ClockSkewError(seconds)
