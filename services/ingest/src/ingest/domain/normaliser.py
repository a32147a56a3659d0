"""From one CloudTrail record, or one EventBridge event, to the events that it tells of.

Pure and total: the same record gives the same events from a file, from EventBridge's `detail` and from
LookupEvents; whatever a record holds, it is recorded, ignored with a reason or rejected with a reason.
"""

import json
import re
from datetime import datetime
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ingest.domain.actor import build_actor
from ingest.domain.call import Call, Fact, is_region
from ingest.domain.decoding import JsonObject, to_account_id, to_object, to_text, unwrap
from ingest.domain.denied import find_denied
from ingest.domain.moments import parse_moment
from ingest.domain.notifications import normalise_notification
from ingest.domain.outcome import Normalised, ignore, reject
from ingest.domain.record_ids import find_record_id
from ingest.domain.registry import EC2, OPERATION_OF, Operation

PRODUCER: Final = "ingest"
NORMALISER_VERSION: Final = 1
CORRECTION_VERSION: Final = 1000
"""Added for a record whose `addendum` corrects an earlier one: folds take the highest (AWS_FACTS 2.1)."""

_NAMED_IDS: Final = re.compile(r"\b(?:ami|snap|vol)-[0-9a-f]{4,17}\b")
_READS: Final = ("Describe", "Get", "List", "Search", "Lookup")
_MOST_IDS: Final = 20


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
    operation = (
        OPERATION_OF.get((source, name)) if isinstance(source, str) and isinstance(name, str) else None
    )
    if operation is None:
        return _pass_over(record, source, name)
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
    account_id = to_account_id(record.get("recipientAccountId")) or to_account_id(
        to_object(record.get("userIdentity")).get("accountId")
    )
    call = Call(
        operation=operation.event_name,
        region=region,
        account_id=account_id,
        occurred_at=occurred_at,
        request=unwrap(record.get("requestParameters"), "Request"),
        response=unwrap(record.get("responseElements"), "Response"),
    )
    error_code = to_text(record.get("errorCode"))
    if error_code is not None:
        facts = find_denied(call, operation.subjects(call), error_code, to_text(record.get("errorMessage")))
        nothing = "a failed call that names no resource and no account"
    else:
        facts = operation.normalise(call)
        nothing = f"{operation.event_name} names no resource: parameters or response are omitted or malformed"
    if not facts and operation.may_concern_others and call.request:
        return ignore(f"{operation.event_name} of other resources")
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


def _pass_over(record: JsonObject, source: object, name: object) -> Normalised:
    if not isinstance(source, str) or not isinstance(name, str):
        return _pass_over_nameless(record)
    if source != EC2:
        return ignore("another service")
    if record.get("readOnly") in (True, "true") or name.startswith(_READS):
        return ignore("a read")
    ids = _find_named_ids(record)
    return ignore(f"not understood yet: {name}", ids) if ids else ignore("another EC2 operation")


def _pass_over_nameless(record: JsonObject) -> Normalised:
    if "insightDetails" in record or record.get("eventCategory") == "Insight":
        return ignore("a CloudTrail Insights event")
    return reject("no CloudTrail record: eventSource or eventName is missing")


def _find_named_ids(record: JsonObject) -> tuple[str, ...]:
    names = ("requestParameters", "responseElements", "serviceEventDetails")
    content = json.dumps([record.get(name) for name in names], default=repr)
    found = dict.fromkeys(_NAMED_IDS.findall(content))
    return tuple(found)[:_MOST_IDS]
