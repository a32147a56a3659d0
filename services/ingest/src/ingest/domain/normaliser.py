"""From one CloudTrail record, or one EventBridge event, to the events that it tells of.

Pure and total: the same record gives the same events from a file, from EventBridge's `detail` and from
LookupEvents; whatever a record holds, it is recorded, ignored with a reason or rejected with a reason.

A record whose `addendum` corrects an earlier one gives its events under the ids of the earlier one's, in a higher
version that folds prefer (AWS_FACTS 2.1). Not possible is: to take back an event that the correction no longer
gives, and to tell two corrections of one record apart (the first that is read stays).
"""

from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ingest.domain.actor import build_actor
from ingest.domain.call import Call, Fact, is_region
from ingest.domain.decoding import Fields, JsonObject, to_account_id, to_object, to_text, unwrap
from ingest.domain.moments import parse_moment
from ingest.domain.notifications.reading import normalise_notification
from ingest.domain.operations.operation import SSM, Operation
from ingest.domain.operations.subjects import build_denied
from ingest.domain.outcome import Normalised, ignore, reject
from ingest.domain.passing_over import pass_over
from ingest.domain.record_ids import find_record_id
from ingest.domain.registry import OPERATION_OF

PRODUCER: Final = "ingest"
NORMALISER_VERSION: Final = 1
CORRECTION_VERSION: Final = 1000
"""Added for a record whose `addendum` corrects an earlier one."""

_CHINA: Final = ".cn"  # a service may carry the suffix of its endpoint there


def normalise(document: object) -> Normalised:
    """Events of a CloudTrail record, bare or in an EventBridge envelope, or of another EventBridge event."""
    if not isinstance(document, dict):
        return reject("not a JSON object")
    detail = document.get("detail")
    if not isinstance(detail, dict) or "eventName" in document:
        return _normalise_record(document)
    if "eventSource" in detail and "eventName" in detail:
        return _normalise_record(detail)
    return normalise_notification(document)


def _normalise_record(record: JsonObject) -> Normalised:
    # The header decides first: most of a trail is of no concern here, and is not decoded any further.
    source, name = record.get("eventSource"), record.get("eventName")
    if isinstance(source, str):
        source = source.removesuffix(_CHINA)
    operation = (
        OPERATION_OF.get((source, name)) if isinstance(source, str) and isinstance(name, str) else None
    )
    if operation is None:
        return pass_over(record, source, name)
    record_id = find_record_id(record, "eventID")
    occurred_at = parse_moment(record.get("eventTime"))
    if occurred_at is None:
        return reject("eventTime is missing or is no time", record_id)
    region = to_text(record.get("awsRegion"))
    if region is None or not is_region(region):
        return reject("awsRegion is missing or is no Region", record_id)
    return _normalise_call(record, operation, record_id, occurred_at, region)


def _normalise_call(
    record: JsonObject, operation: Operation, record_id: str, occurred_at: datetime, region: str
) -> Normalised:
    caller_account_id = to_account_id(to_object(record.get("userIdentity")).get("accountId"))
    call = Call(
        operation=operation.event_name,
        region=region,
        account_id=to_account_id(record.get("recipientAccountId")) or caller_account_id,
        occurred_at=occurred_at,
        request=unwrap(record.get("requestParameters"), "Request"),
        response=unwrap(record.get("responseElements"), "Response"),
        details=Fields(to_object(record.get("serviceEventDetails"))),
        caller_account_id=caller_account_id,
    )
    if (reason := operation.find_unconcerned(call)) is not None:
        return ignore(reason)
    error_code = to_text(record.get("errorCode"))
    if error_code is not None:
        subjects = operation.subjects(call)
        if not subjects and operation.event_source == SSM:
            # Most parameters hold no image; one that is not even named is of no concern.
            return ignore(f"{operation.event_name} that failed and names no parameter")
        facts = build_denied(call, subjects, error_code, to_text(record.get("errorMessage")))
        nothing = "a failed call that names no resource and no account"
    else:
        if (reason := operation.find_uneventful(call)) is not None:
            return ignore(reason)
        facts = operation.normalise(call)
        nothing = f"{operation.event_name} names no resource: parameters or response are omitted or malformed"
    if not facts:
        return reject(nothing, record_id)
    return Normalised(
        record_id=record_id, record=record, events=_build_events(record, record_id, call, facts)
    )


def _build_events(
    record: JsonObject, record_id: str, call: Call, facts: list[Fact]
) -> tuple[EventEnvelope, ...]:
    original = to_text(to_object(record.get("addendum")).get("originalEventID"))
    version = NORMALISER_VERSION + (CORRECTION_VERSION if original is not None else 0)
    source = EventSource(
        kind="cloudtrail", record_id=record_id, account_id=call.account_id, region=call.region
    )
    actor = build_actor(record)
    events = {}
    for fact in facts:
        event_id = build_event_id(original or record_id, fact.event_type, fact.stream_id, fact.discriminator)
        events[event_id] = EventEnvelope(
            event_id=event_id,
            event_type=fact.event_type,
            stream_id=fact.stream_id,
            occurred_at=call.occurred_at,
            recorded_at=call.occurred_at,
            producer=PRODUCER,
            normaliser_version=version,
            source=source,
            actor=actor,
            correlation_id=record_id,
            data=fact.payload.model_dump(mode="json", exclude_defaults=True),
        )
    return tuple(events.values())
