"""API keys, login codes and sessions in SQLite; only keyed hashes of them are stored."""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ami_lineage_contracts.times import from_key_time, to_key_time
from query_api.domain.principals import Principal, Scope, parse_scopes
from query_api.errors import AuthenticationError

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL, owner TEXT NOT NULL, scopes TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT);
CREATE TABLE IF NOT EXISTS login_codes (
    hash BLOB PRIMARY KEY, owner TEXT NOT NULL, scopes TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT);
CREATE TABLE IF NOT EXISTS sessions (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL, owner TEXT NOT NULL, scopes TEXT NOT NULL,
    expires_at TEXT NOT NULL);
"""
KEY_PREFIX: Final = "aml"
BUSY_SECONDS: Final = 5.0
INVALID_KEY: Final = "The API key is not valid, was revoked, or has expired."


@dataclass(frozen=True)
class KeyRecord:
    """What is known about a key; never the key."""

    id: str
    owner: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None


@dataclass(frozen=True)
class Issued:
    """A secret that is shown once."""

    id: str
    secret: str
    expires_at: str | None


def now_utc() -> datetime:
    """The time."""
    return datetime.now(UTC)


class CredentialStore:
    """Issues and checks credentials. One connection, used by one event loop."""

    def __init__(self, path: Path, pepper: bytes, clock: Callable[[], datetime] = now_utc) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        path.chmod(0o600)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(SCHEMA)
        self._pepper = pepper
        self._clock = clock

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def create_key(self, owner: str, scopes: frozenset[Scope], expires_in: timedelta | None) -> Issued:
        """A new key; the caller shows it once."""
        now = self._clock()
        key_id = secrets.token_hex(6)
        key = f"{KEY_PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
        expires_at = to_key_time(now + expires_in) if expires_in else None
        self._connection.execute(
            "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL)",
            (key_id, self._hash(key), owner, _join(scopes), to_key_time(now), expires_at),
        )
        return Issued(key_id, key, expires_at)

    def list_keys(self) -> tuple[KeyRecord, ...]:
        """All keys, the oldest first."""
        rows = self._connection.execute(
            "SELECT id, owner, scopes, created_at, expires_at, revoked_at FROM keys ORDER BY created_at, id"
        )
        return tuple(KeyRecord(row[0], row[1], tuple(row[2].split()), *row[3:]) for row in rows)

    def revoke_key(self, key_id: str) -> bool:
        """Make a key invalid from now on; False when there is no such valid key."""
        changed = self._connection.execute(
            "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            (to_key_time(self._clock()), key_id),
        )
        return changed.rowcount == 1

    def authenticate_key(self, key: str) -> Principal:
        """Whose key this is.

        Raises:
            AuthenticationError: unknown, revoked or expired; which of them is not said.
        """
        parts = key.split("_", 2)
        row = self._connection.execute(
            "SELECT id, hash, owner, scopes, expires_at, revoked_at FROM keys WHERE id = ?",
            (parts[1] if len(parts) > 1 else "",),
        ).fetchone()
        known = hmac.compare_digest(self._hash(key), row[1] if row else bytes(hashlib.sha256().digest_size))
        if not known or row is None or row[5] is not None or self._is_past(row[4]):
            raise AuthenticationError(INVALID_KEY)
        return Principal(id=f"key:{row[0]}", owner=row[2], scopes=parse_scopes(row[3].split()))

    def create_login_code(self, owner: str, scopes: frozenset[Scope], valid_for: timedelta) -> Issued:
        """A code that opens one browser session."""
        code = secrets.token_urlsafe(32)
        expires_at = to_key_time(self._clock() + valid_for)
        self._connection.execute(
            "INSERT INTO login_codes VALUES (?, ?, ?, ?, NULL)",
            (self._hash(code), owner, _join(scopes), expires_at),
        )
        return Issued("", code, expires_at)

    def redeem_login_code(self, code: str, valid_for: timedelta) -> Issued:
        """Trade a login code for a session token; a code works once.

        Raises:
            AuthenticationError: the code is unknown, used or too old.
        """
        now = self._clock()
        row = self._connection.execute(
            "UPDATE login_codes SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ? "
            "RETURNING owner, scopes",
            (to_key_time(now), self._hash(code), to_key_time(now)),
        ).fetchone()
        if row is None:
            raise AuthenticationError("This login link was used already or has expired.")
        token, session_id = secrets.token_urlsafe(32), secrets.token_hex(6)
        expires_at = to_key_time(now + valid_for)
        self._connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (to_key_time(now),))
        self._connection.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)",
            (self._hash(token), session_id, row[0], row[1], expires_at),
        )
        return Issued(session_id, token, expires_at)

    def authenticate_session(self, token: str) -> Principal:
        """Whose session this is.

        Raises:
            AuthenticationError: unknown or over.
        """
        row = self._connection.execute(
            "SELECT id, owner, scopes, expires_at FROM sessions WHERE hash = ?", (self._hash(token),)
        ).fetchone()
        if row is None or self._is_past(row[3]):
            raise AuthenticationError("The session is over. Log in again.")
        return Principal(
            id=f"session:{row[0]}",
            owner=row[1],
            scopes=parse_scopes(row[2].split()),
            csrf_token=self._hash(f"csrf:{token}").hex(),
        )

    def end_session(self, token: str) -> None:
        """Log out."""
        self._connection.execute("DELETE FROM sessions WHERE hash = ?", (self._hash(token),))

    def _is_past(self, expires_at: str | None) -> bool:
        return expires_at is not None and from_key_time(expires_at) <= self._clock()

    def _hash(self, secret: str) -> bytes:
        return hmac.new(self._pepper, secret.encode(), hashlib.sha256).digest()


def _join(scopes: frozenset[Scope]) -> str:
    return " ".join(sorted(scopes))
