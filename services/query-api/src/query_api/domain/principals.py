"""Who asks, and what they may do."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Scope = Literal["read", "decide", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)


class UnknownScopeError(ValueError):
    """A scope that does not exist; use read, decide or admin."""


def parse_scopes(values: list[str]) -> frozenset[Scope]:
    """The scopes by name.

    Raises:
        UnknownScopeError: one of them does not exist, or none was given.
    """
    known: dict[str, Scope] = {scope: scope for scope in SCOPES}
    unknown = sorted(set(values) - known.keys())
    if unknown or not values:
        raise UnknownScopeError(f"unknown scope {', '.join(unknown) or '(none)'}: use {', '.join(SCOPES)}")
    return frozenset(known[value] for value in values)


@dataclass(frozen=True)
class Principal:
    """The owner of a key or of a browser session.

    `id` names the credential (``key:...`` or ``session:...``) and is safe to log.
    `csrf_token` is set for browser sessions only: their writes must carry it.
    """

    id: str
    owner: str
    scopes: frozenset[Scope]
    csrf_token: str | None = None

    def may(self, scope: Scope) -> bool:
        """True when the scope was granted; `admin` grants all."""
        return scope in self.scopes or "admin" in self.scopes
