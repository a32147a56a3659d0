"""Calls to the bus and the queues: retried where that helps, errors in our own words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import stamina
from botocore.exceptions import BotoCoreError, ClientError

from bus.errors import BusError, PermanentBusError, TransientBusError

PERMANENT_CODES: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AWS.SimpleQueueService.NonExistentQueue",
        "InvalidParameterValue",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "ValidationException",
    }
)
ATTEMPTS: Final = 5

Answer = Mapping[str, Any]


def to_error(error: ClientError | BotoCoreError) -> BusError:
    """What an SDK error means for the caller; what is not known to be permanent is worth another try."""
    if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in PERMANENT_CODES:
        return PermanentBusError(str(error))
    return TransientBusError(str(error))


async def ask(call: Callable[[], Awaitable[Answer]], attempts: int = ATTEMPTS) -> Answer:
    """The answer of a call, after retries with backoff and jitter.

    Raises:
        TransientBusError: it did not work in any attempt.
        PermanentBusError: it never will.
    """
    async for attempt in stamina.retry_context(
        on=TransientBusError, attempts=attempts, timeout=30, wait_max=5
    ):
        with attempt:
            try:
                return await call()
            except (ClientError, BotoCoreError) as error:
                raise to_error(error) from error
    raise TransientBusError("no attempt was made")
