"""Which records of an import are wanted."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from ingest.domain.outcome import Normalised


@dataclass(frozen=True, slots=True)
class Selection:
    """Empty sets and None choose everything; `since` is included, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    accounts: AbstractSet[str] = frozenset()
    regions: AbstractSet[str] = frozenset()

    def find_refusal(self, normalised: Normalised) -> str | None:
        """Why a record that gave events is not wanted; None when it is."""
        event = normalised.events[0]
        if self.since is not None and event.occurred_at < self.since:
            return "filtered: before --since"
        if self.until is not None and event.occurred_at >= self.until:
            return "filtered: not before --until"
        if self.accounts and event.source.account_id not in self.accounts:
            return "filtered: another account than --accounts"
        if self.regions and event.source.region not in self.regions:
            return "filtered: another Region than --regions"
        return None


EVERYTHING = Selection()
