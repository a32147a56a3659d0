"""From one EventBridge event that is no CloudTrail record to the events that it tells of."""

import re
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ingest.domain.call import Fact, is_region
from ingest.domain.decoding import Fields, JsonObject, to_account_id, to_object, to_text
from ingest.domain.moments import parse_moment
from ingest.domain.notifications.auto_scaling import AUTO_SCALING_NOTICES
from ingest.domain.notifications.ebs import EBS_NOTICES
from ingest.domain.notifications.ec2 import EC2_NOTICES
from ingest.domain.notifications.notification import Notification
from ingest.domain.outcome import Normalised, ignore, reject
from ingest.domain.record_ids import find_record_id

NOTICES: Final = (*EC2_NOTICES, *EBS_NOTICES, *AUTO_SCALING_NOTICES)
KNOWN_UNCONCERNED: Final = {
    ("aws.imagebuilder", "EC2 Image Builder Image State Change"): "its images come by CreateImage, CopyImage",
    ("aws.backup", "Backup Job State Change"): "its images and snapshots come by the calls that make them",
    ("aws.backup", "Copy Job State Change"): "its images and snapshots come by the calls that make them",
    ("aws.backup", "Restore Job State Change"): "its instances and volumes come by the calls that make them",
    (
        "aws.backup",
        "Recovery Point State Change",
    ): "its images and snapshots come by the calls that make them",
    ("aws.dlm", "DLM Policy State Change"): "its images and snapshots come by the calls that make them",
    ("aws.ec2fleet", "EC2 Fleet Instance Change"): "launches come as RunInstances",
    ("aws.ec2spotfleet", "EC2 Spot Fleet Instance Change"): "launches come as RunInstances",
    ("aws.ec2", "EC2 Spot Instance Request Fulfillment"): "launches come as RunInstances",
}
"""Why each of these tells nothing that is not told otherwise."""

_NOTICE_OF: Final = {(each.source, each.detail_type): each for each in NOTICES}
_DETAIL_TYPE: Final = re.compile(r"[A-Za-z0-9 _.:/()&-]{1,100}", re.ASCII)


def normalise_notification(envelope: JsonObject) -> Normalised:
    """What the event tells; every detail-type that is not understood is ignored by name.

    The record's id is the envelope's: EC2 gives these events no other (AWS_FACTS 3.1).
    """
    source, detail_type = to_text(envelope.get("source")), to_text(envelope.get("detail-type"))
    notice = _NOTICE_OF.get((source or "", detail_type or ""))
    if notice is None:
        return _pass_over(source, detail_type)
    record_id = find_record_id(envelope, "id")
    region = to_text(envelope.get("region"))
    is_placed = region is not None and is_region(region)
    event = Notification(
        detail=Fields(to_object(envelope.get("detail"))),
        region=region if region is not None and is_placed else "",
        account_id=to_account_id(envelope.get("account")),
        resources=_read_resources(envelope.get("resources")),
    )
    if (reason := notice.find_unconcerned(event)) is not None:
        return ignore(reason)
    facts = notice.read(event)
    if not facts:
        return reject(f"{detail_type} names no resource or no state", record_id)
    occurred_at = parse_moment(envelope.get("time"))
    if occurred_at is None:
        return reject("time is missing or is no time", record_id)
    if not is_placed:
        return reject("region is missing or is no Region", record_id)
    return Normalised(
        record_id=record_id, record=envelope, events=_build_events(event, facts, record_id, occurred_at)
    )


def _build_events(
    event: Notification, facts: list[Fact], record_id: str, occurred_at: datetime
) -> tuple[EventEnvelope, ...]:
    source = EventSource(
        kind="eventbridge", record_id=record_id, account_id=event.account_id, region=event.region
    )
    events = {}
    for fact in facts:
        event_id = build_event_id(record_id, fact.event_type, fact.stream_id, fact.discriminator)
        events[event_id] = EventEnvelope(
            event_id=event_id,
            event_type=fact.event_type,
            stream_id=fact.stream_id,
            occurred_at=occurred_at,
            recorded_at=occurred_at,
            producer="ingest",
            source=source,
            correlation_id=record_id,
            data=fact.payload.model_dump(mode="json", exclude_defaults=True),
        )
    return tuple(events.values())


def _read_resources(value: object) -> tuple[str, ...]:
    return tuple(arn for arn in value if isinstance(arn, str)) if isinstance(value, list) else ()


def _pass_over(source: str | None, detail_type: str | None) -> Normalised:
    reason = KNOWN_UNCONCERNED.get((source or "", detail_type or ""))
    if reason is not None:
        return ignore(f"{detail_type}: {reason}")
    if detail_type is None:
        return ignore("not understood yet: an event without detail-type")
    name = detail_type if _DETAIL_TYPE.fullmatch(detail_type) else "an event with an odd detail-type"
    return ignore(f"not understood yet: {name}")
