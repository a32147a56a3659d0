"""The local platform's identity in AWS terms, the clients that use it, and the environment of a server."""

import os
from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_local.processes.child import NotReadyError

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


def ask(service: str, endpoint: str, operation: str) -> None:
    """Calls an operation without parameters; raises NotReadyError when it is not answered."""
    client = build_client(service, endpoint)
    try:
        getattr(client, operation)()
    except (BotoCoreError, ClientError) as error:
        raise NotReadyError(f"{service} {operation}: {error}") from error
    finally:
        client.close()


def server_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a server may see of our environment: nothing of the user's AWS configuration or Java options."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "TZ") if name in os.environ}
    return {**kept, **extra}
