"""Takes a JSON document apart into records, whatever wrote it.

Known are: a CloudTrail log file, one record, a list of records, an EventBridge envelope, and the output of
LookupEvents, whose `CloudTrailEvent` is the record as text (AWS_FACTS 2.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from ingest.domain.decoding import JsonObject
from ingest.errors import ForeignFileError, UnreadableFileError

_MARKS_OF_A_RECORD: Final = frozenset(
    {
        "eventName",
        "eventSource",
        "eventID",
        "eventVersion",
        "eventTime",
        "userIdentity",
        "requestParameters",
        "responseElements",
        "detail",
        "detail-type",
    }
)
_DIGEST: Final = "digestS3Object"


@dataclass(frozen=True, slots=True)
class Broken:
    """A place at which a record should be and cannot be read."""

    reason: str
    content: object = None


def read_records(document: object) -> Iterator[object]:
    """The records of a document; `Broken` for each that cannot be read.

    Raises:
        ForeignFileError: it is valid, but something else.
        UnreadableFileError: it says that it holds records, but does not.
    """
    if isinstance(document, list):
        for entry in document:
            yield from _read_entry(entry)
        return
    if not isinstance(document, dict):
        raise UnreadableFileError("neither a JSON object nor a list of them")
    for name in ("Records", "Events"):
        if name in document and not _MARKS_OF_A_RECORD & document.keys():
            yield from _read_list(document[name], name)
            return
    if "CloudTrailEvent" not in document and not _MARKS_OF_A_RECORD & document.keys():
        what = "a CloudTrail digest file" if _DIGEST in document else "holds no CloudTrail records"
        raise ForeignFileError(what)
    yield from _read_entry(document)


def _read_list(entries: object, name: str) -> Iterator[object]:
    if not isinstance(entries, list):
        raise UnreadableFileError(f"{name} is no list")
    for entry in entries:
        yield from _read_entry(entry)


def _read_entry(entry: object) -> Iterator[object]:
    if isinstance(entry, dict) and "CloudTrailEvent" in entry and "eventName" not in entry:
        yield _read_lookup(entry)
    else:
        yield entry


def _read_lookup(entry: JsonObject) -> object:
    text = entry["CloudTrailEvent"]
    if isinstance(text, dict):
        return text
    if not isinstance(text, str):
        return Broken("CloudTrailEvent is no text", entry)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Broken(f"CloudTrailEvent is no JSON: {error}", entry)
