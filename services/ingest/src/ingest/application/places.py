"""Counts what was read by account and Region: from this coverage is stated."""

from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict

from ingest.application.headers import Header
from ingest.domain.call import is_region
from ingest.domain.moments import parse_moment

_SHAPE: Final = len("2026-11-23T17:40:33Z")


class Place(BaseModel):
    """How many records of an account and Region, and of when: as CloudTrail writes times, which sort as text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_id: str
    region: str
    records: int
    first: str
    last: str


class PlaceCounts:
    """Adds up places; cheap, since it sees every record of an import."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], int] = {}
        self._times: dict[tuple[str, str], tuple[str, str]] = {}

    def note(self, header: Header) -> None:
        """One record that was wanted; one that does not say whose and when it is proves no coverage."""
        if header.account_id is None or header.region is None or header.time is None:
            return
        time = header.time if len(header.time) == _SHAPE and header.time[-1] == "Z" else _to_text(header.time)
        if time is not None:
            self._add((header.account_id, header.region), 1, time, time)

    def add(self, places: Iterable[Place]) -> None:
        """What was counted elsewhere."""
        for place in places:
            self._add((place.account_id, place.region), place.records, place.first, place.last)

    def list_places(self) -> tuple[Place, ...]:
        """All places, in the order of their names."""
        return tuple(
            Place(
                account_id=account_id,
                region=region,
                records=self._records[account_id, region],
                first=first,
                last=last,
            )
            for (account_id, region), (first, last) in sorted(self._times.items())
            if is_region(region) and parse_moment(first) is not None and parse_moment(last) is not None
        )

    def _add(self, key: tuple[str, str], records: int, first: str, last: str) -> None:
        known = self._times.get(key)
        self._times[key] = (first, last) if known is None else (min(known[0], first), max(known[1], last))
        self._records[key] = self._records.get(key, 0) + records


def _to_text(time: str) -> str | None:
    moment = parse_moment(time)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
