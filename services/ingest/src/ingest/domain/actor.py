"""Who made the call."""

from ami_lineage_contracts.envelope import Actor
from ingest.domain.decoding import JsonObject, to_object, to_text


def build_actor(record: JsonObject) -> Actor | None:
    """The caller as `userIdentity` names it (AWS_FACTS 2.5); None when the record says nothing."""
    identity = to_object(record.get("userIdentity"))
    session = to_object(identity.get("sessionContext"))
    actor = Actor(
        type=to_text(identity.get("type")),
        arn=to_text(identity.get("arn")),
        session_issuer_arn=to_text(to_object(session.get("sessionIssuer")).get("arn")),
        source_identity=to_text(session.get("sourceIdentity")),
        invoked_by=to_text(identity.get("invokedBy")),
        source_ip=to_text(record.get("sourceIPAddress")),
    )
    return None if actor == _NOBODY else actor


_NOBODY = Actor()
