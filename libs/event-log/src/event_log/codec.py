"""Events and raw records to the bytes of an item, and back."""

import json
import zlib
from typing import Final

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ami_lineage_contracts.envelope import EventEnvelope
from event_log.errors import PermanentLogError
from event_log.models import RawRecord

PLAIN: Final = b"j"
DEFLATED: Final = b"z"
DEFLATE_FROM: Final = 512
"""Bytes from which compressing pays."""
LEVEL: Final = 1
KEEP_HALVES: Final = "surrogatepass"


def _pack(body: bytes) -> bytes:
    return DEFLATED + zlib.compress(body, LEVEL) if len(body) >= DEFLATE_FROM else PLAIN + body


def _unpack(blob: bytes) -> bytes:
    kind, body = blob[:1], blob[1:]
    if kind == DEFLATED:
        return zlib.decompress(body)
    if kind == PLAIN:
        return body
    raise PermanentLogError(f"an item of the log has the unknown encoding {kind!r}: deploy a newer reader")


def to_event_blob(event: EventEnvelope) -> bytes:
    """One event as bytes.

    Raises:
        PermanentLogError: JSON cannot say this.
    """
    try:
        return _pack(event.model_dump_json().encode())
    except PydanticSerializationError as error:
        raise PermanentLogError(
            f"the event {event.event_type} {event.event_id} of {event.stream_id} is no JSON: {error}"
        ) from error


def from_event_blob(blob: bytes) -> EventEnvelope:
    """Inverse of `to_event_blob`.

    Raises:
        PermanentLogError: not an event that this code can read.
    """
    try:
        return EventEnvelope.model_validate_json(_unpack(blob))
    except (ValidationError, zlib.error) as error:
        raise PermanentLogError(f"an item of the log cannot be read: {error}") from error


def to_record_blob(record: RawRecord) -> bytes:
    """One raw record as bytes; half a character (a lone surrogate) is kept as it came."""
    text = json.dumps(record.content, separators=(",", ":"), ensure_ascii=False)
    return _pack(text.encode(errors=KEEP_HALVES))


def from_record_blob(record_id: str, blob: bytes) -> RawRecord:
    """Inverse of `to_record_blob`.

    Raises:
        PermanentLogError: not a record that this code can read.
    """
    try:
        content = json.loads(_unpack(blob).decode(errors=KEEP_HALVES))
        return RawRecord(record_id=record_id, content=content)
    except (ValueError, zlib.error) as error:
        raise PermanentLogError(f"the record {record_id} of the log cannot be read: {error}") from error
