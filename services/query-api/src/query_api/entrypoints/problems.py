"""Errors as RFC 9457 problem details; HTTP status codes are chosen here and nowhere else."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException
from pydantic import BaseModel, ConfigDict

from query_api import errors
from query_api.entrypoints.rendering import Pages
from query_api.errors import QueryApiError

logger = structlog.get_logger()

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:ami-lineage:problem:"


class ProblemField(BaseModel):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    detail: str


class Problem(BaseModel):
    """Body of every answer that is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[ProblemField, ...] = ()
    correlation_id: str
    candidates: tuple[str, ...] | None = None


NO_JSON: Final = ProblemField(field="body", detail="not JSON that can be read")
KINDS: Final[Mapping[type[QueryApiError], tuple[int, str, str]]] = {
    errors.CursorError: (400, "invalid-cursor", "The cursor is not valid"),
    errors.NotAvailableError: (422, "not-available-yet", "The records for this are not kept yet"),
    errors.TooLargeError: (422, "too-large", "The question is too large for one answer"),
    errors.InvalidRequestError: (400, "invalid-request", "The request is not valid"),
    errors.NotThenError: (404, "not-then", "The image is not known for that time"),
    errors.ImageNotFoundError: (404, "image-not-found", "The image is not known"),
    errors.AmbiguousImageError: (409, "ambiguous-image", "Several images have this name"),
    errors.AuthenticationError: (401, "not-authenticated", "Authentication is needed"),
    errors.ForbiddenError: (403, "forbidden", "The caller may not do this"),
    errors.RateLimitedError: (429, "too-many-requests", "Too many requests"),
    errors.GraphRebuildingError: (503, "graph-rebuilding", "The graph is being rebuilt"),
    errors.UnavailableError: (503, "unavailable", "A data store cannot be reached"),
}
HTTP_KINDS: Final[Mapping[int, tuple[str, str, str]]] = {
    404: ("not-found", "There is nothing at this path", "See /docs for the paths that exist."),
    405: ("method-not-allowed", "The path does not answer this method", "See /docs for the methods."),
    413: ("body-too-large", "The body is too large", "Send a smaller body."),
    415: ("unsupported-media-type", "The body's media type is not supported", "Send application/json."),
}


def build_problem(error: Exception, correlation_id: str) -> tuple[Problem, dict[str, str]]:
    """Problem and headers that stand for an error; an unforeseen one says nothing of its inside."""
    fields: tuple[ProblemField, ...] = ()
    headers: dict[str, str] = {}
    candidates: tuple[str, ...] | None = None
    detail = str(error)
    if isinstance(error, QueryApiError):
        status, slug, title = next(kind for cls, kind in KINDS.items() if isinstance(error, cls))
        if isinstance(error, errors.InvalidRequestError):
            fields = tuple(ProblemField(field=item.field, detail=item.detail) for item in error.errors)
        if isinstance(error, errors.AmbiguousImageError):
            candidates = error.candidates
            fields = tuple(ProblemField(field="image", detail=name) for name in candidates)
        if isinstance(error, errors.RateLimitedError):
            headers["retry-after"] = str(error.retry_after)
        if isinstance(error, errors.UnavailableError):
            headers["retry-after"] = "2"
        if isinstance(error, errors.AuthenticationError):
            headers["www-authenticate"] = 'ApiKey realm="ami-lineage", header="x-api-key"'
    elif isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004 - client errors
        status = error.status_code
        slug, title, detail = HTTP_KINDS.get(
            status, ("invalid-request", "The request is not valid", "A field or parameter is wrong.")
        )
        fields = _read_fields(error)
        if isinstance(error.__cause__, SerializationException):
            fields = (NO_JSON,)
        headers = {key: value for key, value in (error.headers or {}).items() if key.lower() == "allow"}
    elif isinstance(error, RecursionError) and "deserializing" in detail:  # msgspec: a body nested too deeply
        status, slug, title = 400, "invalid-request", "The request is not valid"
        detail, fields = "A field or parameter is wrong.", (NO_JSON,)
    else:
        status, slug, title = 500, "internal-error", "The service failed"
        detail = "Give the correlation id to whoever operates the service."
    problem = Problem(
        type=f"{TYPE_PREFIX}{slug}",
        title=title,
        status=status,
        detail=detail,
        errors=fields,
        correlation_id=correlation_id,
        candidates=candidates,
    )
    return problem, headers


def _read_fields(error: HTTPException) -> tuple[ProblemField, ...]:
    """What litestar's validation says about single fields."""
    if not isinstance(error.extra, list):
        return ()
    return tuple(
        ProblemField(field=str(item.get("key") or "body"), detail=str(item.get("message", "not valid")))
        for item in error.extra
        if isinstance(item, dict)
    )


def build_handler(pages: Pages) -> Callable[[Request[Any, Any, Any], Exception], Response[Any]]:
    """Exception handler of the whole application: a problem, or a page for a browser that asks for one."""

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        problem, headers = build_problem(error, str(request.scope["state"]["correlation_id"]))
        if isinstance(error, errors.UnavailableError):
            logger.warning("store not available", problem=problem.type, cause=repr(error.__cause__))
        elif problem.status >= 500:  # noqa: PLR2004 - the server's own failures
            logger.error("request failed", problem=problem.type, path=request.scope["path"], exc_info=error)
        wants_page = "text/html" in request.headers.get("accept", "")
        if wants_page and not request.scope["path"].startswith("/api/"):
            response = pages.render(request, "error.html", status_code=problem.status, problem=problem)
            response.headers.update(headers)
            return response
        return Response(
            problem.model_dump_json(exclude_none=True).encode(),
            status_code=problem.status,
            media_type=MEDIA_TYPE,
            headers=headers,
        )

    return handle
