"""Keys of the log's table: two names for an item, by stream and by time of recording (DESIGN 5, ADR 6)."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.times import to_key_time

STREAM: Final = "stream_id"
SORT: Final = "sort"
BODY: Final = "body"
SHARD: Final = "recorded_shard"
RECORDED_KEY: Final = "recorded_key"
BY_RECORDED: Final = "by_recorded"
SHARDS: Final = 32
RAW_SORT: Final = "raw"


def build_table_spec(name: str) -> dict[str, Any]:
    """Arguments of DynamoDB CreateTable."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in (STREAM, SORT, SHARD, RECORDED_KEY)
        ],
        "KeySchema": [
            {"AttributeName": STREAM, "KeyType": "HASH"},
            {"AttributeName": SORT, "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": BY_RECORDED,
                "KeySchema": [
                    {"AttributeName": SHARD, "KeyType": "HASH"},
                    {"AttributeName": RECORDED_KEY, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    }


def build_sort_key(event: EventEnvelope) -> str:
    """Decision streams sort by sequence, observed ones by time; a corrected event stands beside the old one."""
    if event.sequence is not None:
        return f"{event.sequence:012d}"
    return f"{to_key_time(event.occurred_at)}#{event.event_id}#{event.normaliser_version:04d}"


def build_shard(event_id: UUID) -> str:
    """One of SHARDS partitions of the index, by the id."""
    return f"{event_id.int % SHARDS:02d}"


def list_shards() -> tuple[str, ...]:
    """All partitions of the index."""
    return tuple(f"{number:02d}" for number in range(SHARDS))


def build_recorded_key(recorded_at: datetime, event: EventEnvelope) -> str:
    """Sorts by time of recording, and is unique."""
    return f"{to_key_time(recorded_at)}#{event.event_id}#{event.normaliser_version:04d}"
