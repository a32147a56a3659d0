"""The local platform's identity in AWS terms, the clients that use it, and the environment of a server."""

import http.client
import os
from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore.config import Config

from ami_lineage_local.processes.child import NotReadyError
from ami_lineage_local.processes.ports import LOOPBACK

ACCOUNT_ID: Final = "111111111111"
REGION: Final = "us-east-1"
SECRET: Final = "local"  # noqa: S105 - the local endpoints check no signature
_PROBE_TIMEOUT_SECONDS: Final = 5


def build_client(service: str, endpoint: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """A client of a local endpoint. The access key id is the account: the endpoints choose it by that."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCOUNT_ID,
        aws_secret_access_key=SECRET,
        config=Config(
            connect_timeout=_PROBE_TIMEOUT_SECONDS,
            read_timeout=_PROBE_TIMEOUT_SECONDS,
            retries={"total_max_attempts": 1},
            ignore_configured_endpoint_urls=True,
        ),
    )


def ask(service: str, port: int, headers: Mapping[str, str], body: str) -> None:
    """Puts a question to a local endpoint; raises NotReadyError when it is not answered.

    Without the SDK, of which each client costs up to half a second of start time (EC2's model has 1.5 MB).
    The endpoints route by the service in the credential scope and check no signature.
    """
    scope = f"{ACCOUNT_ID}/20260101/{REGION}/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("POST", "/", body, {"Authorization": authorization, **headers})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise NotReadyError(f"{service}: no answer: {error}") from error
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise NotReadyError(f"{service}: answer {answer.status}: {text[:200]}")


def server_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a server may see of our environment: nothing of the user's AWS configuration or Java options."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "TZ") if name in os.environ}
    return {**kept, **extra}
