"""Writes of browser sessions carry a token that other sites cannot know."""

import hmac
from typing import Final
from urllib.parse import parse_qs

from litestar.types import HTTPReceiveMessage, Receive

from query_api.errors import FieldError, ForbiddenError, InvalidRequestError

CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf_token"
FORM: Final = "application/x-www-form-urlencoded"
MAX_FORM_BYTES: Final = 65_536


async def check_csrf(expected: str, receive: Receive, headers: dict[bytes, str]) -> Receive:
    """Let a write through only with its token, in a header or a form field; gives the body back unread.

    Raises:
        ForbiddenError: the token is missing or wrong, or another site sent the request.
    """
    if headers.get(b"sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForbiddenError("Another site sent this request.")
    given, rest = headers.get(CSRF_HEADER.encode(), ""), receive
    if not given and headers.get(b"content-type", "").startswith(FORM):
        body = await _read_body(receive)
        given = parse_qs(body.decode("utf-8", "replace")).get(CSRF_FIELD, [""])[0]
        rest = _replay(body)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ForbiddenError(f"The CSRF token is missing or wrong: send it as {CSRF_HEADER}.")
    return rest


async def _read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_FORM_BYTES:
            raise InvalidRequestError("The form is too large.", (FieldError("body", "over 64 KiB"),))
    return body


def _replay(body: bytes) -> Receive:
    async def receive(*_: object) -> HTTPReceiveMessage:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
