"""What DescribeStoreImageTasks tells: which image an object in S3 was written from (kept 31 days, AWS_FACTS 1.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.external import StoredObjectWritten
from ami_lineage_contracts.events.image import ImageStored
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.stream_ids import image_stream, stored_object_stream
from ingest.domain.call import find_id, partition_of
from ingest.domain.decoding import Fields, JsonObject
from ingest.domain.observations_difference import Histories, to_data
from ingest.domain.outcome import Normalised

_SAME_CALL: Final = timedelta(minutes=5)
_FAILED: Final = "Failed"


def find_stored_stream(task: JsonObject, region: str) -> str | None:
    """Stream of the object; None when the answer names none."""
    fields = Fields(task)
    bucket, key = fields.text("bucket"), fields.text("s3objectKey")
    return stored_object_stream(partition_of(region), bucket, key) if bucket and key else None


def build_stored(
    task: JsonObject, account_id: str, region: str, histories: Histories, now: datetime
) -> Normalised | None:
    """The events of a task that the log does not tell yet; a task that failed wrote nothing."""
    fields, stream_id = Fields(task), find_stored_stream(task, region)
    image_id, at = find_id("image", fields, "amiId"), fields.moment("taskStartTime")
    if stream_id is None or image_id is None or at is None or fields.text("storeTaskState") == _FAILED:
        return None
    if _is_told(histories.get(stream_id, ()), image_id, at):
        return None
    record_id = f"store-task/{stream_id}/{at.isoformat()}"
    partition = partition_of(region)
    facts: tuple[tuple[str, str, Payload], ...] = (
        ("stored_object.written", stream_id, StoredObjectWritten(image_id=image_id, region=region)),
        (
            "image.stored",
            image_stream(partition, region, image_id),
            ImageStored(bucket=fields.text("bucket"), object_key=fields.text("s3objectKey")),
        ),
    )
    return Normalised(
        events=tuple(
            EventEnvelope(
                event_id=build_event_id(record_id, event_type, stream),
                event_type=event_type,
                stream_id=stream,
                occurred_at=at,
                recorded_at=now,
                producer="ingest",
                source=EventSource(
                    kind="observation", record_id=record_id, account_id=account_id, region=region
                ),
                correlation_id=f"backfill/{account_id}/{region}",
                data=to_data(payload),
            )
            for event_type, stream, payload in facts
        )
    )


def _is_told(history: Sequence[EventEnvelope], image_id: str, at: datetime) -> bool:
    return any(
        event.event_type == "stored_object.written"
        and event.data.get("image_id") == image_id
        and abs(event.occurred_at - at) < _SAME_CALL
        for event in history
    )
