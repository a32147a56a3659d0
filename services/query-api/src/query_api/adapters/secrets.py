"""The service's own secret, and the keys derived from it."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

SECRET_BYTES: Final = 32


def load_secret(path: Path) -> bytes:
    """The secret in `path`; made on first use, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    secret = secrets.token_bytes(SECRET_BYTES)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex())
    return secret


def derive_key(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that no two purposes share one."""
    return hmac.new(secret, f"ami-lineage/query-api/{purpose}".encode(), hashlib.sha256).digest()
