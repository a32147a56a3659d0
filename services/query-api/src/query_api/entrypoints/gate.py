"""The gate in front of everything: who asks, how often, under which host, and what the log says of it."""

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote
from uuid import uuid4

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from query_api.adapters.credentials import CredentialStore
from query_api.domain.principals import Principal
from query_api.domain.rate_limit import RateLimiter
from query_api.entrypoints.csrf import check_csrf
from query_api.entrypoints.paths import fold_image, split_stage
from query_api.entrypoints.problems import MEDIA_TYPE, build_problem
from query_api.errors import (
    AuthenticationError,
    FieldError,
    InvalidRequestError,
    QueryApiError,
    RateLimitedError,
    UnavailableError,
)

logger = structlog.get_logger()

SESSION_COOKIE: Final = "ami_lineage_session"
HEALTH_PATHS: Final = ("/health/live", "/health/ready")
LOGIN_PATH: Final = "/login"
STATIC_PREFIX: Final = "/static/"
SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
POLICY_VIOLATION: Final = 1008
"""Close code of a websocket (RFC 6455, 7.4.1)."""
CORRELATION_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
SECURITY_HEADERS: Final = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True)
class GateRules:
    """What the gate goes by."""

    host_names: frozenset[str]
    limiter: RateLimiter
    failure_limiter: RateLimiter
    observe: Callable[[str, int, float], None]
    """Told of each answer: method, status, seconds."""


class Gate:
    """ASGI application around the real one."""

    def __init__(self, app: ASGIApp, credentials: CredentialStore, rules: GateRules) -> None:
        self._app = app
        self._credentials = credentials
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "no websockets here"})
        elif scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        headers = {key.lower(): value.decode("latin-1") for key, value in scope["headers"]}
        correlation_id = _read_correlation_id(headers)
        stage, path = split_stage(scope["path"])
        scope["path"] = fold_image(path)
        scope["raw_path"] = quote(scope["path"], safe="/%").encode()
        scope["state"] = {**scope.get("state", {}), "correlation_id": correlation_id, "stage": stage}
        answer = _Answer(send, correlation_id, cacheable=path.startswith(STATIC_PREFIX))
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                receive = await self._admit(scope, receive, headers)
            except QueryApiError as error:
                await _refuse(scope, answer, error, headers)
            else:
                await self._app(scope, receive, answer.send)
            seconds = time.perf_counter() - started
            principal: Principal | None = scope["state"].get("principal")
            logger.info(
                "request answered",
                method=scope["method"],
                path=path,
                status=answer.status,
                milliseconds=round(seconds * 1000, 1),
                principal=principal.id if principal else None,
                owner=principal.owner if principal else None,
            )
        self._rules.observe(scope["method"], answer.status, seconds)

    async def _admit(self, scope: HTTPScope, receive: Receive, headers: dict[bytes, str]) -> Receive:
        """Check everything that is checked before routing.

        Raises:
            QueryApiError: the request is not let through.
        """
        path = scope["path"]
        if path in HEALTH_PATHS:
            return receive
        if _read_host(headers) not in self._rules.host_names:
            raise InvalidRequestError(
                "This host name is not allowed. Add it to AMI_LINEAGE_ALLOWED_HOSTS.",
                (FieldError("host", "not in the allow-list"),),
            )
        principal = self._authenticate(scope, headers)
        scope["state"]["principal"] = principal
        if principal is None:
            if path == LOGIN_PATH or path.startswith(STATIC_PREFIX):
                return receive
            raise AuthenticationError("Send a valid key in the header x-api-key, or log in at /login.")
        if wait := self._rules.limiter.take(principal.id):
            raise RateLimitedError(wait)
        if principal.csrf_token is not None and scope["method"] not in SAFE_METHODS:
            return await check_csrf(principal.csrf_token, receive, headers)
        return receive

    def _authenticate(self, scope: HTTPScope, headers: dict[bytes, str]) -> Principal | None:
        """Who asks; None for nobody. A key that is wrong is an error even where none is needed."""
        key, token = headers.get(b"x-api-key"), read_session_token(headers.get(b"cookie", ""))
        if not key and not token:
            return None
        try:
            if key:
                return self._credentials.authenticate_key(key)
            return self._credentials.authenticate_session(token)
        except AuthenticationError:
            peer = scope.get("client")
            if wait := self._rules.failure_limiter.take(peer[0] if peer else ""):
                raise RateLimitedError(wait) from None
            if key:
                raise
            return None
        except sqlite3.Error as error:
            raise UnavailableError("Keys and sessions cannot be read now. Try again shortly.") from error


class _Answer:
    """Adds the headers that every answer has, and remembers the status."""

    def __init__(self, send: Send, correlation_id: str, *, cacheable: bool) -> None:
        self._send = send
        self._headers = (
            *SECURITY_HEADERS,
            (b"x-correlation-id", correlation_id.encode()),
            (b"cache-control", b"public, max-age=3600" if cacheable else b"no-store"),
        )
        self.status = 500

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in self._headers}
            kept = [pair for pair in message["headers"] if pair[0].lower() not in own]
            message = {**message, "headers": [*kept, *self._headers]}
        await self._send(message)


async def _refuse(scope: HTTPScope, answer: _Answer, error: QueryApiError, headers: dict[bytes, str]) -> None:
    """Answer with a problem; send a browser that is not logged in to the login page."""
    state = scope["state"]
    wants_page = "text/html" in headers.get(b"accept", "") and not scope["path"].startswith("/api/")
    if isinstance(error, AuthenticationError) and wants_page and scope["method"] in SAFE_METHODS:
        query = scope["query_string"].decode("latin-1")
        target = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
        location = f"{state['stage']}/login?next={target}".encode()
        status, body, extra = 303, b"", [(b"location", location)]
    else:
        problem, problem_headers = build_problem(error, state["correlation_id"])
        status, body = problem.status, problem.model_dump_json(exclude_none=True).encode()
        extra = [(b"content-type", MEDIA_TYPE.encode())]
        extra += [(name.encode(), value.encode()) for name, value in problem_headers.items()]
    extra.append((b"content-length", str(len(body)).encode()))
    await answer.send({"type": "http.response.start", "status": status, "headers": extra})
    await answer.send({"type": "http.response.body", "body": body, "more_body": False})


def read_session_token(cookies: str) -> str:
    """Session token among the cookies; empty when there is none."""
    try:
        morsel = SimpleCookie(cookies).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _read_correlation_id(headers: dict[bytes, str]) -> str:
    given = headers.get(b"x-correlation-id", "")
    return given if CORRELATION_ID.fullmatch(given) else str(uuid4())


def _read_host(headers: dict[bytes, str]) -> str:
    host = headers.get(b"host", "").lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
