"""Logging in with a one-time link, and out again."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from query_api.adapters.credentials import CredentialStore
from query_api.entrypoints.gate import SESSION_COOKIE, read_session_token
from query_api.entrypoints.rendering import Pages
from query_api.errors import AuthenticationError
from query_api.settings import QueryApiSettings


@get("/login", include_in_schema=False, sync_to_thread=False)
def get_login(
    request: Request[Any, Any, Any],
    pages: NamedDependency[Pages],
    credentials: NamedDependency[CredentialStore],
    settings: NamedDependency[QueryApiSettings],
    code: Annotated[str | None, QueryParameter(max_length=200)] = None,
    next_: Annotated[str | None, QueryParameter(name="next", max_length=2048)] = None,
) -> Response[Any]:
    """Trade a code for a session; without one, say how to get a link."""
    target = _read_target(next_)
    if code is None:
        return pages.render(request, "login.html", problem="", target=target)
    valid_for = timedelta(hours=settings.session_hours)
    try:
        session = credentials.redeem_login_code(code, valid_for)
    except AuthenticationError as error:
        return pages.render(request, "login.html", status_code=401, problem=str(error), target=target)
    return Response(
        "",
        status_code=303,
        headers={"location": request.scope["state"]["stage"] + target},
        cookies=[_build_cookie(session.secret, settings, int(valid_for.total_seconds()))],
    )


@post("/logout", include_in_schema=False, status_code=303, sync_to_thread=False)
def post_logout(
    request: Request[Any, Any, Any],
    credentials: NamedDependency[CredentialStore],
    settings: NamedDependency[QueryApiSettings],
) -> Response[Any]:
    """End the session. The gate has checked the CSRF token."""
    token = read_session_token(request.headers.get("cookie", ""))
    if token:
        credentials.end_session(token)
    return Response(
        "",
        status_code=303,
        headers={"location": f"{request.scope['state']['stage']}/login"},
        cookies=[_build_cookie("", settings, 0)],
    )


def _build_cookie(value: str, settings: NamedDependency[QueryApiSettings], max_age: int) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite="strict",
        secure=settings.secure_cookies,
    )


def _read_target(text: str | None) -> str:
    """Where to go after logging in: a path of this service, never another site."""
    if text is None or not text.startswith("/") or text.startswith(("//", "/\\", "/login", "/logout")):
        return "/"
    return text if text.isprintable() else "/"
