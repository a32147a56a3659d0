"""The envelopes of a CloudTrail record of a management event and of an EventBridge event (AWS_FACTS 2.1, 3.1)."""

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
    read_only: bool = False,
) -> Json:
    """One record; `place` is account and Region."""
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
            "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com{'.cn' * region.startswith('cn-')}",
        }
    return record


def build_envelope(
    names: Names, place: tuple[str, str], moment: int, detail_type: str, resources: list[str], detail: Json
) -> Json:
    """An event of EC2 in its EventBridge envelope (AWS_FACTS 3.1, 3.7)."""
    account_id, region = place
    return {
        "version": "0",
        "id": names.uuid(),
        "detail-type": detail_type,
        "source": "aws.ec2",
        "account": account_id,
        "time": iso(moment),
        "region": region,
        "resources": resources,
        "detail": detail,
    }
