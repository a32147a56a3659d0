"""CloudTrail's own 90 days by LookupEvents, for each account and Region."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final, cast

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.events.coverage import CaptureSource
from ingest.adapters.fetched import FetchedDocuments
from ingest.adapters.source_errors import to_source_error
from ingest.application.sources import Documents, Scan, Unit
from ingest.domain.documents import read_records
from ingest.errors import SourceDeniedError, UnreadableFileError

KEPT: Final = timedelta(days=90)
ACTION: Final = "cloudtrail:LookupEvents"
_REQUEST_SECONDS: Final = 0.5  # 2 a second for each account and Region (AWS_FACTS 2.1)
_PAGE: Final = 50
_SETTLED: Final = timedelta(hours=1)
"""A day younger than this may still get records, so it is read again by the next lookup."""
_PARALLEL: Final = 8
_IN_MEMORY: Final = 4 * 1024 * 1024
_WRITES: Final = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]

Ask = Callable[[str, str], Any]
"""Gives a CloudTrail client for an account and Region."""


class _Pair:
    """One account and Region: its pace, and what went wrong."""

    def __init__(self, account_id: str, region: str, client: Any) -> None:  # noqa: ANN401 - botocore
        self.account_id = account_id
        self.region = region
        self.client = client
        self.lock = threading.Lock()
        self.due = 0.0
        self.denied: str | None = None
        self.failed: list[str] = []


class LookupSource:
    """Days of LookupEvents as units, all accounts and Regions in turn, so that their paces add up.

    `sleep` waits some seconds, `clock` tells them.
    """

    def __init__(
        self,
        ask: Ask,
        places: Sequence[tuple[str, str]],
        since: datetime,
        until: datetime,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pairs = {
            f"{account}/{region}": _Pair(account, region, ask(account, region)) for account, region in places
        }
        self._since = since
        self._until = until
        self._sleep = sleep
        self._clock = clock

    @property
    def capture(self) -> CaptureSource:
        """The kind of capture."""
        return "lookup"

    @property
    def parallel(self) -> int:
        """Each account and Region has a rate of its own."""
        return min(_PARALLEL, len(self._pairs)) if len(self._pairs) > 1 else 1

    def list_units(self) -> Iterator[Unit]:
        """A unit for each day, account and Region; those of one that refuses end with its first."""
        begin = self._since
        while begin < self._until:
            midnight = (begin + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            end = min(midnight, self._until)
            stamp = "settled" if end + _SETTLED < datetime.now(UTC) else end.isoformat()
            for name, pair in self._pairs.items():
                if pair.denied is None:
                    yield Unit(f"lookup://{name}/{begin.isoformat()}/{end.isoformat()}", stamp)
            begin = end

    def open(self, unit: Unit) -> Documents:
        """Fetch the records of one day.

        Raises:
            UnreadableFileError: refused, or not answered; the other accounts and Regions go on.
        """
        account_id, region, begin, end = unit.name.removeprefix("lookup://").split("/")
        pair = self._pairs[f"{account_id}/{region}"]
        with pair.lock:
            try:
                entries = self._fetch(pair, datetime.fromisoformat(begin), datetime.fromisoformat(end))
            except (ClientError, BotoCoreError) as error:
                reason = to_source_error(f"{ACTION} in {account_id} {region}", error)
                if isinstance(reason, SourceDeniedError):
                    pair.denied = ACTION
                else:
                    pair.failed.append(f"{begin}/{end}")
                raise UnreadableFileError(str(reason)) from error
        return FetchedDocuments(entries, _read)

    def list_scans(self) -> Sequence[Scan]:
        """All accounts and Regions: no record is an answer too, a refusal is none."""
        return [
            Scan(
                account_id=pair.account_id,
                region=pair.region,
                covers_from=self._since,
                covers_to=self._until,
                denied=() if pair.denied is None else (pair.denied,),
                failed=tuple(pair.failed),
            )
            for pair in self._pairs.values()
        ]

    def _fetch(self, pair: _Pair, begin: datetime, end: datetime) -> BinaryIO:
        # Both ends are included, and records have whole seconds.
        request = {
            "StartTime": begin,
            "EndTime": end - timedelta(seconds=1),
            "MaxResults": _PAGE,
            "LookupAttributes": _WRITES,
        }
        with ExitStack() as unfinished:
            pages = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - FetchedDocuments closes it
            unfinished.callback(pages.close)
            while True:
                self._wait(pair)
                answer = pair.client.lookup_events(**request)
                records = [
                    {"CloudTrailEvent": each.get("CloudTrailEvent")} for each in answer.get("Events", [])
                ]
                pages.write(orjson.dumps({"Events": records}) + b"\n")
                if not answer.get("NextToken"):
                    unfinished.pop_all()
                    return pages
                request["NextToken"] = answer["NextToken"]

    def _wait(self, pair: _Pair) -> None:
        now = self._clock()
        begin = max(now, pair.due)
        pair.due = begin + _REQUEST_SECONDS
        if begin > now:
            self._sleep(begin - now)


def _read(pages: BinaryIO) -> Iterator[object]:
    for page in pages:
        yield from read_records(orjson.loads(page))
