"""Two kinds of time: when something was true (`as_of`), and when it was known (`known_at`) (DESIGN 6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.times import to_key_time
from query_api.errors import FieldError, InvalidRequestError

MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?(Z|[+-]\d\d:\d\d)?"
)


@dataclass(frozen=True)
class Cut:
    """Both are inclusive; None is now."""

    as_of: datetime | None = None
    known_at: datetime | None = None

    @property
    def is_now(self) -> bool:
        """Whether nothing is cut away."""
        return self.as_of is None and self.known_at is None

    @property
    def as_of_key(self) -> str | None:
        """`as_of` as it compares with the times of edges."""
        return to_key_time(self.as_of) if self.as_of is not None else None

    @property
    def known_at_key(self) -> str | None:
        """`known_at` as text."""
        return to_key_time(self.known_at) if self.known_at is not None else None

    @property
    def key(self) -> str:
        """Text for the question of a cursor."""
        return f"{self.as_of_key or ''}|{self.known_at_key or ''}"

    def keep_known(self, events: Iterable[EventEnvelope]) -> tuple[EventEnvelope, ...]:
        """Events recorded by `known_at`."""
        return tuple(each for each in events if self.known_at is None or each.recorded_at <= self.known_at)

    def keep(self, events: Iterable[EventEnvelope]) -> tuple[EventEnvelope, ...]:
        """Events recorded by `known_at` that happened by `as_of`."""
        known = self.keep_known(events)
        return tuple(each for each in known if self.as_of is None or each.occurred_at <= self.as_of)

    def holds(self, begin: object, end: object) -> bool:
        """Whether [begin, end) holds `as_of`; a begin that is not known has always been."""
        key = self.as_of_key
        if key is None:
            return True
        return (not begin or str(begin) <= key) and (not end or str(end) > key)


def parse_moment(text: str | None, name: str) -> datetime | None:
    """A moment in UTC: a day (its first moment), or a day and a time.

    Raises:
        InvalidRequestError: it is neither.
    """
    if not text:
        return None
    found = MOMENT.fullmatch(text.strip())
    if found is not None:
        day, clock, seconds, fraction, zone = found.groups()
        whole = f"{day}T{clock or '00:00'}:{seconds or '00'}.{fraction or '0':0<6}"
        try:
            return datetime.fromisoformat(f"{whole}{'+00:00' if zone in {None, 'Z'} else zone}").astimezone(
                UTC
            )
        except (ValueError, OverflowError) as error:
            raise _refuse(text, name) from error
    raise _refuse(text, name)


def _refuse(text: str, name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"{name} is a day or a moment in UTC, like 2026-03-01 or 2026-03-01T12:00:00Z.",
        (FieldError(name, f"{text[:60]!r} is neither"),),
    )
