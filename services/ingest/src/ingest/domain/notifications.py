"""EventBridge events of EC2 itself that are understood: state changes of images and instances (AWS_FACTS 3.7)."""

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.image import ImageStateChanged
from ami_lineage_contracts.events.instance import InstanceStateChanged
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.stream_ids import build_resource_stream
from ingest.domain.call import find_id, is_region, partition_of
from ingest.domain.decoding import Fields, JsonObject, to_account_id, to_object, to_text
from ingest.domain.moments import parse_moment
from ingest.domain.outcome import Normalised, ignore, reject
from ingest.domain.record_ids import find_record_id

_IMAGE_STATE = "EC2 AMI State Change"
_INSTANCE_STATE = "EC2 Instance State-change Notification"


def normalise_notification(envelope: JsonObject) -> Normalised:
    """The state change that the event tells of; every other detail-type is ignored by name.

    The record's id is the envelope's: EC2 gives these events no other (AWS_FACTS 3.1).
    """
    detail_type = to_text(envelope.get("detail-type"))
    if envelope.get("source") != "aws.ec2" or detail_type not in (_IMAGE_STATE, _INSTANCE_STATE):
        return ignore(f"not understood yet: {detail_type or 'an event without detail-type'}")
    record_id = find_record_id(envelope, "id")
    detail = Fields(to_object(envelope.get("detail")))
    found = _read_image_state(detail) if detail_type == _IMAGE_STATE else _read_instance_state(detail)
    if found is None:
        return reject(f"{detail_type} names no resource or no state", record_id)
    occurred_at = parse_moment(envelope.get("time"))
    if occurred_at is None:
        return reject("time is missing or is no time", record_id)
    region = to_text(envelope.get("region"))
    if region is None or not is_region(region):
        return reject("region is missing or is no Region", record_id)
    kind, resource_id, payload = found
    stream_id = build_resource_stream(kind, partition_of(region), region, resource_id)
    event_type = f"{kind}.state_changed"
    event = EventEnvelope(
        event_id=build_event_id(record_id, event_type, stream_id),
        event_type=event_type,
        stream_id=stream_id,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        producer="ingest",
        source=EventSource(
            kind="eventbridge",
            record_id=record_id,
            account_id=to_account_id(envelope.get("account")),
            region=region,
        ),
        correlation_id=record_id,
        data=payload.model_dump(mode="json", exclude_defaults=True),
    )
    return Normalised(record_id=record_id, record=envelope, events=(event,))


def _read_image_state(detail: Fields) -> tuple[str, str, Payload] | None:
    image_id, state = find_id("image", detail, "imageId"), detail.text("state")
    if image_id is None or state is None:
        return None
    return "image", image_id, ImageStateChanged(state=state, reason=detail.text("errorMessage"))


def _read_instance_state(detail: Fields) -> tuple[str, str, Payload] | None:
    instance_id = find_id("instance", detail, "instance-id", "instance_id", "instanceId")
    state = detail.text("state")
    if instance_id is None or state is None:
        return None
    return "instance", instance_id, InstanceStateChanged(state=state)
