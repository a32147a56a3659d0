"""Times as records write them."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR: Final = 2006  # EC2 began; what is before it is not a time of this domain
_LAST_YEAR: Final = 9998  # conversions between zones stay in range
_MILLISECONDS_FROM: Final = 10**11
_FRACTION_DIGITS: Final = 6


def parse_moment(value: object) -> datetime | None:
    """Aware UTC time from ISO 8601, ``2022-09-29 22:25:17`` (UTC) or epoch (milli)seconds; None for others.

    SDKs give datetimes.
    """
    if isinstance(value, datetime):
        return _within_domain(value if value.tzinfo is not None else value.replace(tzinfo=UTC))
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_epoch(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return _from_epoch(float(text))
    return _within_domain(_from_iso(text))


def _from_epoch(value: float) -> datetime | None:
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    try:
        return _within_domain(_EPOCH + timedelta(seconds=seconds))
    except (OverflowError, ValueError):
        return None


def _from_iso(text: str) -> datetime | None:
    head, dot, fraction = text.partition(".")
    if dot:
        # Nanoseconds ("11:25.000000000") are more than datetime takes.
        digits = fraction[: len(fraction) - len(fraction.lstrip("0123456789"))]
        text = f"{head}.{digits[:_FRACTION_DIGITS]:0<6}{fraction[len(digits) :]}" if digits else head
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _within_domain(moment: datetime | None) -> datetime | None:
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.astimezone(UTC)
