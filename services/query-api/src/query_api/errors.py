"""Errors of query-api, by what the caller can do.

::

    QueryApiError
    ├── InvalidRequestError      change the request
    │   ├── CursorError          start again without the cursor
    │   ├── NotAvailableError    ask in another way: what this needs is not recorded yet
    │   └── TooLargeError        ask for less
    ├── ImageNotFoundError       nothing by that name is known
    │   └── NotThenError         ask about a later time
    ├── AmbiguousImageError      name the Region: the candidates are listed
    ├── AuthenticationError      send a valid key, or log in
    ├── ForbiddenError           ask for the scope that is named
    ├── RateLimitedError         wait, then try again
    └── UnavailableError         wait, then try again
        └── GraphRebuildingError the graph is being rebuilt from the log
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, parameter or filter of a request."""

    field: str
    detail: str


class QueryApiError(Exception):
    """Any answer that is not the one that was asked for."""


class InvalidRequestError(QueryApiError):
    """The request is wrong; `errors` says where."""

    def __init__(self, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class CursorError(InvalidRequestError):
    """The cursor was not given out for this question."""

    def __init__(self) -> None:
        super().__init__(
            "The cursor is not valid for this request. Leave it out to start from the first page.",
            (FieldError("cursor", "not given out by this service for these parameters"),),
        )


class NotAvailableError(InvalidRequestError):
    """The question is a good one, but what it needs is not recorded yet; `detail` names it."""


class TooLargeError(InvalidRequestError):
    """The question needs more of the log than one answer may read."""


class ImageNotFoundError(QueryApiError):
    """No event names this image."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No recorded event names the image {name!r}. Check the id and the Region.")


class NotThenError(ImageNotFoundError):
    """The image did not exist, or was not known, at the time that was asked about."""

    def __init__(self, image: str, why: str) -> None:
        QueryApiError.__init__(
            self, f"There is no answer about {image} for that time: {why}. Ask about a later time."
        )


class AmbiguousImageError(QueryApiError):
    """Several images have this id."""

    def __init__(self, name: str, candidates: tuple[str, ...]) -> None:
        super().__init__(f"{name!r} is known in several places. Name one of the candidates in full.")
        self.candidates = candidates


class AuthenticationError(QueryApiError):
    """Nobody, or somebody whose key or session is not valid."""


class ForbiddenError(QueryApiError):
    """The caller is known and may not do this."""


class RateLimitedError(QueryApiError):
    """Too many requests; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests. Try again in {retry_after} s.")
        self.retry_after = retry_after


class UnavailableError(QueryApiError):
    """A store that the answer needs cannot be reached now."""


class GraphRebuildingError(UnavailableError):
    """The graph has no complete generation now."""

    def __init__(self) -> None:
        super().__init__("The graph is being rebuilt from the event log. Try again in a few seconds.")
