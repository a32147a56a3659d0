"""Opaque cursors: a signed position that is good for one question only."""

import base64
import hashlib
import hmac
import json
from typing import Final

from query_api.errors import CursorError

MAC_BYTES: Final = 16
MAX_CURSOR_LENGTH: Final = 4096


class CursorCodec:
    """Signs and checks cursors with a key of this service."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encode(self, question: str, position: list[str | int]) -> str:
        """Cursor for the page after `position` of the answer to `question`."""
        body = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._sign(question, body) + body).decode().rstrip("=")

    def decode(self, question: str, cursor: str) -> list[str | int]:
        """Position of a cursor.

        Raises:
            CursorError: forged, damaged, or given out for another question.
        """
        if len(cursor) > MAX_CURSOR_LENGTH:
            raise CursorError
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise CursorError from error
        canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if canonical != cursor or not hmac.compare_digest(mac, self._sign(question, body)):
            raise CursorError
        position: list[str | int] = json.loads(body)
        return position

    def _sign(self, question: str, body: bytes) -> bytes:
        """MAC over question and position; the length keeps the two apart."""
        prefix = question.encode()
        message = len(prefix).to_bytes(4, "big") + prefix + body
        return hmac.new(self._key, message, hashlib.sha256).digest()[:MAC_BYTES]
