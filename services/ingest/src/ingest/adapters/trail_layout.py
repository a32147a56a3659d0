"""The keys under which CloudTrail files its records, and which of them a selection may want.

``[prefix/]AWSLogs/[o-id/]account/CloudTrail/region/yyyy/mm/dd/...json.gz`` (CloudTrail user guide, "Finding
your CloudTrail log files"); the day is that of delivery, which is never before the record's.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from ingest.application.selection import Selection

ROOT: Final = "AWSLogs"
SERVICE: Final = "CloudTrail"
_KEY: Final = re.compile(
    r"(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>\d{12})/CloudTrail/(?P<region>[a-z0-9-]+)"
    r"/(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})/[^/]*$"
)
_POSITION: Final = re.compile(
    r"(?:^|.*/)AWSLogs/(?:(?P<organization>o-[a-z0-9]+)/)?(?:(?P<account>\d{12})/(?:CloudTrail/"
    r"(?:(?P<region>[a-z0-9-]+)/(?:(?P<year>\d{4})/(?:(?P<month>\d{2})/(?:(?P<day>\d{2})/)?)?)?)?)?)?$"
)


@dataclass(frozen=True, slots=True)
class Position:
    """How far down in the layout a prefix reaches; None for levels below it."""

    account_id: str | None
    region: str | None
    first: date | None
    last: date | None
    level: str
    """``accounts``, ``services``, ``regions``, ``years``, ``months``, ``days`` or ``files``: what is below."""


def is_wanted(key: str, selection: Selection) -> bool:
    """False for a file of the layout that the selection cannot want, or that holds sums; True for all others."""
    if f"/{SERVICE}-Digest/" in key:
        return False
    match = _KEY.search(key)
    if match is None:
        return True
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return True
    return (
        selection.wants_account(match["account"])
        and selection.wants_region(match["region"])
        and selection.meets_days(day, day)
    )


def find_position(prefix: str) -> Position | None:
    """Where a prefix, ending with a slash, is in the layout; None outside of it."""
    match = _POSITION.match(prefix)
    if match is None:
        return None
    try:
        first, last = _find_days(match["year"], match["month"], match["day"])
    except ValueError:
        return None
    if match["account"] is None:
        level = "accounts"
    elif not prefix.rstrip("/").endswith(f"/{SERVICE}") and match["region"] is None:
        level = "services"
    elif match["region"] is None:
        level = "regions"
    else:
        level = (
            "files" if match["day"] else "days" if match["month"] else "months" if match["year"] else "years"
        )
    return Position(match["account"], match["region"], first, last, level)


def meets(position: Position, selection: Selection) -> bool:
    """Whether anything below may be wanted."""
    return (
        (position.account_id is None or selection.wants_account(position.account_id))
        and (position.region is None or selection.wants_region(position.region))
        and (
            position.first is None
            or position.last is None
            or selection.meets_days(position.first, position.last)
        )
    )


def is_whole(position: Position, selection: Selection) -> bool:
    """Whether everything below is wanted, so that it can be listed in one go."""
    if position.region is None:
        return False
    if position.first is None or position.last is None:
        return selection.since is None and selection.until is None
    return position.level == "files" or selection.holds_days(position.first, position.last)


def _find_days(year: str | None, month: str | None, day: str | None) -> tuple[date | None, date | None]:
    if year is None:
        return None, None
    if month is None:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if day is None:
        last = calendar.monthrange(int(year), int(month))[1] if 1 <= int(month) <= 12 else 0  # noqa: PLR2004 - months
        return date(int(year), int(month), 1), date(int(year), int(month), last)
    only = date(int(year), int(month), int(day))
    return only, only
