"""The envelope of a CloudTrail record of a management event (AWS_FACTS 2.1)."""

from typing import Any

from ami_lineage_local.sample.identity import Caller
from ami_lineage_local.sample.names import Names, iso

Json = dict[str, Any]
EVENT_VERSION = "1.11"


def build_record(
    names: Names,
    caller: Caller,
    place: tuple[str, str],
    moment: int,
    *,
    source: str,
    operation: str,
    request: Json | None,
    response: Json | None,
    request_id: str,
    error: tuple[str, str] | None = None,
    read_only: bool = False,
) -> Json:
    """One record; `error` is errorCode and errorMessage, `place` is account and Region."""
    account_id, region = place
    record: Json = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": caller.identity,
        "eventTime": iso(moment),
        "eventSource": source,
        "eventName": operation,
        "awsRegion": region,
        "sourceIPAddress": caller.source_ip,
        "userAgent": caller.user_agent,
    }
    if error is not None:
        record["errorCode"], record["errorMessage"] = error
    record |= {
        "requestParameters": request,
        "responseElements": response,
        "requestID": request_id,
        "eventID": names.uuid(),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }
    if caller.through_tls:
        service = source.partition(".")[0]
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
        }
    return record
