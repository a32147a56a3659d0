"""What an error of AWS means to a reader: refused for good, not offered here, or to be tried again."""

from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    OperationNotPageableError,
    ParamValidationError,
    ProfileNotFound,
    UnknownServiceError,
)
from botocore.parsers import ResponseParserError

from ingest.errors import (
    SourceDeniedError,
    SourceLacksCallError,
    SourceRefusedError,
    SourceThrottledError,
    SourceUnavailableError,
)

SDK_ERRORS: Final = (BotoCoreError, ClientError, ResponseParserError)
"""What a call may raise; the last one is an answer that is no XML, from a proxy or a broken server."""

_MOST_TEXT: Final = 200
"""A broken server may answer with a whole page."""

_DENIED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AuthorizationError",
        "UnauthorizedOperation",
        "UnauthorizedException",
        "Client.UnauthorizedOperation",
        "OptInRequired",
    }
)
_LACKING: Final = frozenset(
    {
        "404",
        "501",
        "InvalidAction",
        "NotImplemented",
        "UnknownOperationException",
        "UnsupportedOperation",
        "AWSOrganizationsNotInUseException",
    }
)
_THROTTLED: Final = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "Client.RequestLimitExceeded",
    }
)
_PASSING: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "ServiceUnavailable",
        "Unavailable",
        "500",
        "503",
    }
)


def find_code(error: Exception) -> str:
    """AWS's code for an error, or the class of one that never reached AWS."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "")) or "no code"
    return type(error).__name__


def to_source_error(call: str, error: Exception) -> SourceUnavailableError:
    """The error of ours that says what the caller can do."""
    code, text = find_code(error), f"{call}: {' '.join(str(error).split())[:_MOST_TEXT]}"
    if code in _DENIED:
        return SourceDeniedError(text)
    if code in _LACKING or isinstance(error, (UnknownServiceError, OperationNotPageableError)):
        return SourceLacksCallError(text)
    if code in _THROTTLED:
        return SourceThrottledError(text)
    if isinstance(error, (NoCredentialsError, ProfileNotFound, ParamValidationError)):
        return SourceRefusedError(text)
    if isinstance(error, ClientError) and code not in _PASSING:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status is not None and status < 500:  # noqa: PLR2004 - what the caller did is at fault
            return SourceRefusedError(text)
    return SourceUnavailableError(text)
