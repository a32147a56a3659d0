"""Calls to the bus and the queues: retried where that helps, errors in our own words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import stamina
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from bus.errors import BusError, PermanentBusError, TransientBusError

PERMANENT_CODES: Final = frozenset(
    {
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "AWS.SimpleQueueService.NonExistentQueue",
        "AccessDenied",
        "AccessDeniedException",
        "InternalError.InvalidMessageContents",
        "InvalidMessageContents",
        "InvalidParameterValue",
        "NonExistentQueue",
        "QueueDoesNotExist",
        "ReceiptHandleIsInvalid",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)
PERMANENT_ERRORS: Final = (NoCredentialsError, NoRegionError, ParamValidationError, PartialCredentialsError)
ATTEMPTS: Final = 5
TIMEOUT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 5

Answer = Mapping[str, Any]
SdkError: TypeAlias = ClientError | BotoCoreError | ResponseParserError


def to_error(error: SdkError) -> BusError:
    """What an SDK error means for the caller; what is not known to be permanent is worth another try."""
    permanent = isinstance(error, PERMANENT_ERRORS) or (
        isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in PERMANENT_CODES
    )
    return PermanentBusError(str(error)) if permanent else TransientBusError(str(error))


async def ask_once(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of a call.

    Raises:
        TransientBusError: it may work another time.
        PermanentBusError: it never will.
    """
    try:
        return await call()
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise to_error(error) from error


async def ask(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of a call, after retries with backoff and jitter.

    Raises:
        TransientBusError: it did not work in any attempt.
        PermanentBusError: it never will.
    """
    async for attempt in stamina.retry_context(
        on=TransientBusError, attempts=ATTEMPTS, timeout=TIMEOUT_SECONDS, wait_max=LONGEST_WAIT_SECONDS
    ):
        with attempt:
            return await ask_once(call)
    raise TransientBusError("no attempt was made")


async def put_batch(
    entries: list[dict[str, Any]], put: Callable[[list[dict[str, Any]]], Awaitable[Mapping[int, str]]]
) -> None:
    """Put entries of which some fail behind an HTTP 200 (AWS_FACTS 4.1): those are put again, with backoff.

    `put` returns the reason for each entry that was not taken, by its index.

    Raises:
        TransientBusError: some were not taken in any attempt.
        PermanentBusError: the call as a whole is refused.
    """
    left = entries
    async for attempt in stamina.retry_context(
        on=TransientBusError, attempts=ATTEMPTS, timeout=TIMEOUT_SECONDS, wait_max=LONGEST_WAIT_SECONDS
    ):
        with attempt:
            failed = await put(left)
            if failed:
                left = [left[index] for index in failed]
                reasons = ", ".join(sorted(set(failed.values())))
                raise TransientBusError(f"{len(failed)} entries were not taken: {reasons}")
