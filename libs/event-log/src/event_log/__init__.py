"""The append-only event log in DynamoDB."""

from event_log.dynamo.log import DynamoEventLog
from event_log.errors import (
    ClockSkewError,
    EventLogError,
    PermanentLogError,
    SequenceConflictError,
    TransientLogError,
)
from event_log.memory import InMemoryEventLog
from event_log.models import (
    AppendOutcome,
    EventLog,
    LogCursor,
    LogPage,
    LogSettings,
    RawRecord,
    RecordEntry,
)

__all__ = [
    "AppendOutcome",
    "ClockSkewError",
    "DynamoEventLog",
    "EventLog",
    "EventLogError",
    "InMemoryEventLog",
    "LogCursor",
    "LogPage",
    "LogSettings",
    "PermanentLogError",
    "RawRecord",
    "RecordEntry",
    "SequenceConflictError",
    "TransientLogError",
]
