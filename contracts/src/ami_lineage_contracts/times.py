"""Times: aware UTC everywhere, fixed-width microseconds in keys so that text order is time order."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def to_utc(value: datetime) -> datetime:
    """The same moment in UTC."""
    return value.astimezone(UTC)


UtcDatetime = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""An aware datetime, held in UTC."""


def to_key_time(value: datetime) -> str:
    """``2026-11-24T12:00:00.000000Z``: sorts as text in the order of time."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_key_time(text: str) -> datetime:
    """Inverse of `to_key_time`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
