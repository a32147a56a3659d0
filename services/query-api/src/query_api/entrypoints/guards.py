"""Checks at the route: scope of the caller, and nothing in the query that the route does not know."""

from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from query_api.domain.principals import Principal, Scope
from query_api.errors import FieldError, ForbiddenError, InvalidRequestError

RESERVED: Final = frozenset(("request", "services", "pages", "data", "state", "credentials", "settings"))


def get_principal(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Who asks; the gate has seen to it that there is somebody."""
    principal: Principal = connection.scope["state"]["principal"]
    return principal


def require(scope: Scope) -> Guard:
    """A guard that lets only callers with this scope through."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if not get_principal(connection).may(scope):
            raise ForbiddenError(f"This needs the scope {scope!r}; the key or session does not have it.")

    return guard


def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """Refuse query parameters that the route does not declare, and any given twice.

    Raises:
        InvalidRequestError: naming each of them.
    """
    known = set()
    for name, field in request.route_handler.parsed_fn_signature.parameters.items():
        if name not in RESERVED and name not in request.path_params:
            known.add(getattr(field.kwarg_definition, "name", None) or name)
    given = [name for name, _ in request.query_params.multi_items()]
    errors = [
        FieldError(name, f"not a parameter of this path; known: {', '.join(sorted(known)) or 'none'}")
        for name in dict.fromkeys(given)
        if name not in known
    ]
    errors += [FieldError(name, "given more than once") for name in sorted(known) if given.count(name) > 1]
    if errors:
        raise InvalidRequestError("The query has parameters that cannot be used.", tuple(errors))
