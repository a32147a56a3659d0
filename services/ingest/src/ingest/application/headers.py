"""The account, Region and time of a record, read before anything else of it is."""

from dataclasses import dataclass

from ingest.domain.decoding import JsonObject, to_account_id, to_object, to_text


@dataclass(frozen=True, slots=True)
class Header:
    """Whose record, and when, as its text says; None for what it does not say."""

    account_id: str | None
    region: str | None
    time: str | None


NO_HEADER = Header(None, None, None)


def read_header(document: object) -> Header:
    """Header of a CloudTrail record, bare or in an envelope, or of another EventBridge event."""
    if not isinstance(document, dict):
        return NO_HEADER
    detail = document.get("detail")
    if not isinstance(detail, dict) or "eventName" in document:
        return _read_record(document)
    if "eventSource" in detail and "eventName" in detail:
        return _read_record(detail)
    return Header(
        to_account_id(document.get("account")), to_text(document.get("region")), to_text(document.get("time"))
    )


def _read_record(record: JsonObject) -> Header:
    account = to_account_id(record.get("recipientAccountId")) or to_account_id(
        to_object(record.get("userIdentity")).get("accountId")
    )
    return Header(account, to_text(record.get("awsRegion")), to_text(record.get("eventTime")))
