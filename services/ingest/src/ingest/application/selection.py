"""Which records of an import are wanted: the one place that filters."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ingest.application.headers import Header
from ingest.domain.moments import parse_moment

LATE = timedelta(days=1)
"""CloudTrail files a record under the day of delivery; later than this it counts as not wanted."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Empty sets and None choose everything; `since` is included, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    accounts: AbstractSet[str] = frozenset()
    regions: AbstractSet[str] = frozenset()

    def find_refusal(self, header: Header) -> str | None:
        """Why a record is not wanted; None when it is, or when it does not say enough to tell."""
        if self.accounts and header.account_id is not None and header.account_id not in self.accounts:
            return "filtered: another account than --accounts"
        if self.regions and header.region is not None and header.region not in self.regions:
            return "filtered: another Region than --regions"
        if self.since is None and self.until is None:
            return None
        moment = parse_moment(header.time)
        if self.since is not None and moment is not None and moment < self.since:
            return "filtered: before --since"
        if self.until is not None and moment is not None and moment >= self.until:
            return "filtered: not before --until"
        return None

    def wants_account(self, account_id: str) -> bool:
        """Whether a folder of this account may hold wanted records."""
        return not self.accounts or account_id in self.accounts

    def wants_region(self, region: str) -> bool:
        """Whether a folder of this Region may hold wanted records."""
        return not self.regions or region in self.regions

    def meets_days(self, first: date, last: date) -> bool:
        """Whether folders of these days, `last` included, may hold wanted records."""
        begin, end = _begin(first), _begin(last) + timedelta(days=1)
        return (self.since is None or end > self.since) and (self.until is None or begin < self.until + LATE)

    def holds_days(self, first: date, last: date) -> bool:
        """Whether every record delivered in these days is wanted, as far as time goes."""
        begin, end = _begin(first), _begin(last) + timedelta(days=1)
        return (self.since is None or begin >= self.since) and (
            self.until is None or end <= self.until + LATE
        )


EVERYTHING = Selection()


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
