"""The id under which a record is kept: CloudTrail's eventID, EventBridge's id, else a hash of the record."""

import hashlib
import json
from collections.abc import Iterator
from typing import Final

from ingest.domain.decoding import JsonObject

_LONGEST_ID: Final = 200


def find_record_id(record: JsonObject, name: str) -> str:
    """The id that the record itself carries under `name`.

    A record without one (none is known that CloudTrail wrote; people edit files) gets ``sha256-`` and the
    hash of its canonical JSON: the same record then still counts once, an edited one is another.
    """
    given = record.get(name)
    if isinstance(given, str) and 0 < len(given.strip()) <= _LONGEST_ID and given.isprintable():
        return given.strip()
    try:
        canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), default=repr)
    except (RecursionError, ValueError):
        # Deeper than Python recurses, or with a number longer than it writes.
        canonical = "\n".join(_flatten(record))
    return f"sha256-{hashlib.sha256(canonical.encode()).hexdigest()}"


def _flatten(record: JsonObject) -> Iterator[str]:
    """The record in lines, without recursion: equal for equal records whatever the order of their names."""
    waiting: list[object] = [record]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield f"object {len(value)}"
            for name in sorted(value):
                yield ascii(name)
                waiting.append(value[name])
        elif isinstance(value, list):
            yield f"list {len(value)}"
            waiting.extend(value)
        else:
            yield hex(value) if isinstance(value, int) else ascii(value)
