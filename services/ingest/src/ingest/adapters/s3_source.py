"""History in S3: CloudTrail's own layout, of which only the needed folders are listed, or any other."""

import calendar
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.events.coverage import CaptureSource
from ingest.adapters.fetched import FetchedDocuments
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.formats.recognising import read_stream
from ingest.adapters.source_errors import to_source_error
from ingest.adapters.trail_layout import SERVICE, Position, find_position, is_wanted, is_whole, meets
from ingest.application.selection import Selection
from ingest.application.sources import Documents, Scan, Unit
from ingest.errors import UnreadableFileError, UsageError

SCHEME: Final = "s3://"
_PARALLEL: Final = 16
_LEVELS_TO_SEARCH: Final = 3
"""So deep below the given prefix AWSLogs is looked for; below that a bucket is listed as it is."""
_IN_MEMORY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class S3Location:
    """A bucket and a prefix; `owner` is the account that must own the bucket, when that is known."""

    bucket: str
    prefix: str
    owner: str | None = None


def parse_location(text: str, owner: str | None = None) -> S3Location:
    """``s3://bucket/prefix`` taken apart.

    Raises:
        UsageError: no bucket is named.
    """
    bucket, _, prefix = text.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise UsageError(f"{text} names no bucket: write s3://bucket/prefix")
    return S3Location(bucket, prefix, owner)


class S3Source:
    """The objects below a prefix; `client` is of the source session and only lists and gets."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - botocore's clients have no types
        location: S3Location,
        limits: FileLimits,
        selection: Selection,
    ) -> None:
        self._client = client
        self._location = location
        self._limits = limits
        self._selection = selection
        self._owner = {} if location.owner is None else {"ExpectedBucketOwner": location.owner}

    @property
    def capture(self) -> CaptureSource:
        """The kind of capture."""
        return "import"

    @property
    def parallel(self) -> int:
        """Objects are small and far away."""
        return _PARALLEL

    def list_units(self) -> Iterator[Unit]:
        """The objects that the selection may want, folder by folder.

        Raises:
            SourceUnavailableError: S3 does not answer.
            SourceDeniedError: s3:ListBucket is missing, or the bucket is another account's.
        """
        yield from self._walk(self._location.prefix, 0)

    def open(self, unit: Unit) -> Documents:
        """Fetch an object, within limits; its records are read from the copy.

        Raises:
            UnreadableFileError: it is too large, or cannot be fetched.
        """
        self._limits.check_size(unit.size)
        key = unit.name.removeprefix(f"{SCHEME}{self._location.bucket}/")
        copy = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - FetchedDocuments closes it
        try:
            answer = self._client.get_object(Bucket=self._location.bucket, Key=key, **self._owner)
            with answer["Body"] as body:
                shutil.copyfileobj(body, copy)
        except (ClientError, BotoCoreError) as error:
            copy.close()
            raise UnreadableFileError(str(to_source_error("s3:GetObject", error))) from error
        return FetchedDocuments(copy, lambda stream: read_stream(key, stream, self._limits))

    def list_scans(self) -> Sequence[Scan]:
        """Only the records tell what was covered: an empty folder proves nothing."""
        return ()

    def _walk(self, prefix: str, depth: int) -> Iterator[Unit]:
        position = find_position(prefix) if prefix.endswith("/") else None
        if position is not None:
            yield from self._walk_layout(prefix, position)
        elif depth >= _LEVELS_TO_SEARCH:
            yield from self._list(prefix)
        else:
            for entry in self._list_level(prefix):
                if isinstance(entry, Unit):
                    yield entry
                else:
                    yield from self._walk(entry, depth + 1)

    def _walk_layout(self, prefix: str, position: Position) -> Iterator[Unit]:
        if not meets(position, self._selection):
            return
        if is_whole(position, self._selection) or position.level == "files":
            yield from self._list(prefix)
            return
        for child in self._list_children(prefix, position):
            if isinstance(child, Unit):
                yield child
            elif (below := find_position(child)) is not None:
                yield from self._walk_layout(child, below)

    def _list_children(self, prefix: str, position: Position) -> Iterator[Unit | str]:
        """The folders below; those whose names are known are not asked for."""
        if position.level == "services":
            yield f"{prefix}{SERVICE}/"
        elif position.level == "months":
            yield from (f"{prefix}{month:02}/" for month in range(1, 13))
        elif position.level == "days" and position.first is not None:
            days = calendar.monthrange(position.first.year, position.first.month)[1]
            yield from (f"{prefix}{day:02}/" for day in range(1, days + 1))
        else:
            yield from self._list_level(prefix)

    def _list(self, prefix: str) -> Iterator[Unit]:
        for page in self._pages(prefix):
            yield from self._to_units(page)

    def _list_level(self, prefix: str) -> Iterator[Unit | str]:
        for page in self._pages(prefix, Delimiter="/"):
            yield from self._to_units(page)
            yield from (entry["Prefix"] for entry in page.get("CommonPrefixes", []))

    def _pages(self, prefix: str, **options: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._location.bucket, Prefix=prefix, **options, **self._owner
        )
        try:
            yield from pages
        except (ClientError, BotoCoreError) as error:
            raise self._explain(error) from error

    def _explain(self, error: ClientError | BotoCoreError) -> Exception:
        code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
        if code == "NoSuchBucket":
            return UsageError(f"there is no bucket {self._location.bucket}: check the name and the --profile")
        return to_source_error(f"s3:ListBucket on {self._location.bucket}", error)

    def _to_units(self, page: dict[str, Any]) -> Iterator[Unit]:
        for entry in page.get("Contents", []):
            key = entry["Key"]
            if not key.endswith("/") and is_wanted(key, self._selection):
                yield Unit(
                    f"{SCHEME}{self._location.bucket}/{key}",
                    f"{entry['Size']}:{entry['ETag']}",
                    entry["Size"],
                )
