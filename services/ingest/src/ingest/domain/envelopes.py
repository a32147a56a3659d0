"""What a message of the central queue must be before it is believed (DESIGN 4, trust)."""

from collections.abc import Set as AbstractSet

import orjson

from ingest.domain.decoding import JsonObject, to_account_id, to_object


class UntrustedMessageError(ValueError):
    """The message is no event that AWS sent for one of our accounts; it goes to the dead letters."""


def read_envelope(body: str, members: AbstractSet[str]) -> JsonObject:
    """The EventBridge envelope in a message; with `members` given its account must be one of them.

    Raises:
        UntrustedMessageError: no envelope, not from AWS, or of another account than it says.
    """
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UntrustedMessageError(f"the message is no JSON: {error}") from error
    if not isinstance(envelope, dict) or not isinstance(envelope.get("detail"), dict):
        raise UntrustedMessageError("the message is no EventBridge event: detail is missing")
    source = envelope.get("source")
    if not isinstance(source, str) or not source.startswith("aws."):
        raise UntrustedMessageError("the event's source is not AWS")
    account_id = to_account_id(envelope.get("account"))
    if account_id is None:
        raise UntrustedMessageError("the event names no account")
    recipient = to_object(envelope["detail"]).get("recipientAccountId")
    if recipient is not None and to_account_id(recipient) != account_id:
        raise UntrustedMessageError(f"the event came from {account_id} but speaks of another account")
    if members and account_id not in members:
        raise UntrustedMessageError(f"account {account_id} is not in AMI_LINEAGE_MEMBER_ACCOUNTS")
    return envelope
