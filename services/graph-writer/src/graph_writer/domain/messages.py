"""What a message of the graph-writer queue says: a stream changed, or the log grew."""

import json
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.graph import LABEL_OF_KIND
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from ami_lineage_contracts.stream_ids import StreamIdError, parse_resource_stream, stream_kind
from graph_writer.errors import UndecodableMessageError

PROJECTED_KINDS: Final = frozenset(LABEL_OF_KIND)
"""Kinds of streams that have a vertex; the others (coverage, compliance, policy...) are not projected."""


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """An event was recorded on this stream."""

    stream_id: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class LogGrew:
    """Events were appended in bulk: catch up from the log."""

    correlation_id: str


@dataclass(frozen=True, slots=True)
class NotProjected:
    """A well-formed event of a stream that has no vertex."""


MessageContent = StreamChanged | LogGrew | NotProjected


def is_projected(stream_id: str) -> bool:
    """Whether the stream has a vertex: its kind is projected and its id names a resource."""
    if stream_kind(stream_id) not in PROJECTED_KINDS:
        return False
    try:
        parse_resource_stream(stream_id)
    except StreamIdError:
        return False
    return True


def read_message(body: str) -> MessageContent:
    """Content of an EventBridge message.

    Only ids are taken from it: what happened is read from the log.

    Raises:
        UndecodableMessageError: the text is not an EventBridge envelope around an event or hint of ours.
    """
    try:
        message = json.loads(body)
        detail_type, detail = message["detail-type"], message["detail"]
    except (ValueError, TypeError, KeyError) as error:
        raise UndecodableMessageError(f"not an EventBridge message: {error!r}") from error
    try:
        if detail_type == LOG_APPENDED:
            return LogGrew(LogAppended.model_validate(detail).correlation_id)
        event = EventEnvelope.model_validate(detail)
    except ValidationError as error:
        raise UndecodableMessageError(f"{detail_type!r} does not hold what it says: {error}") from error
    if stream_kind(event.stream_id) not in PROJECTED_KINDS:
        return NotProjected()
    if not is_projected(event.stream_id):
        raise UndecodableMessageError(f"{event.stream_id!r} names no resource")
    return StreamChanged(event.stream_id, event.correlation_id)
