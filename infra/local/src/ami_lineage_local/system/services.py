"""The four services as children: their console scripts, variables and readiness."""

import http.client
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ami_lineage_local.checkout import PRODUCT_BIN
from ami_lineage_local.endpoints import Endpoints
from ami_lineage_local.errors import LocalPlatformError, SetupError
from ami_lineage_local.processes.child import ChildPlan, ChildSpec, NotReadyError
from ami_lineage_local.processes.ports import LOOPBACK
from ami_lineage_local.system.folder import DataFolder

INGEST: Final = "ingest"
GRAPH_WRITER: Final = "graph-writer"
POLICY_ENGINE: Final = "policy-engine"
QUERY_API: Final = "query-api"
_PATHS: Final = ("AMI_LINEAGE_ARCHIVE_DIR", "AMI_LINEAGE_POLICY_FILE")
"""Relative to where the user stands, not to where a service is started."""
_PROBE_TIMEOUT_SECONDS: Final = 5
_READY_TIMEOUT_SECONDS: Final = 1800.0
"""A large log takes its time to become a graph; the children that die are noticed at once."""
_GRACE_SECONDS: Final = 15.0


def service_environment(endpoints: Endpoints, folder: DataFolder) -> dict[str, str]:
    """Variables of a service on this machine.

    The user's own AWS configuration passes through, for reading the user's organization; the platform's
    own stores are reached by explicit endpoints and credentials, which it cannot change.
    """
    prefix = "AMI_LINEAGE_"
    paths = {name: str(Path(given).resolve()) for name in _PATHS if (given := os.environ.get(name))}
    return {
        **os.environ,
        **paths,
        f"{prefix}REGION": endpoints.region,
        f"{prefix}ACCESS_KEY_ID": endpoints.access_key_id,
        f"{prefix}SECRET_ACCESS_KEY": endpoints.secret_access_key,
        f"{prefix}DYNAMODB_ENDPOINT": endpoints.dynamodb,
        f"{prefix}EVENTS_ENDPOINT": endpoints.events,
        f"{prefix}SQS_ENDPOINT": endpoints.sqs,
        f"{prefix}GREMLIN_ENDPOINT": endpoints.gremlin,
        f"{prefix}TOPOLOGY_SUFFIX": "",
        f"{prefix}DATA_DIR": str(folder.path),
        f"{prefix}KEYS_DB": str(folder.keys_db),
        f"{prefix}HOST": LOOPBACK,
        f"{prefix}HEALTH_HOST": LOOPBACK,
        f"{prefix}HEALTH_PORT": "0",
    }


def plan_services(
    endpoints: Endpoints, folder: DataFolder, port: int, extra: Mapping[str, str]
) -> tuple[ChildPlan, ...]:
    """The children in the order of their start; `port` 0 lets query-api take a free one.

    `extra`: further variables, which the user's own come before.
    """
    environment = {**extra, **service_environment(endpoints, folder)}
    source = {"AMI_LINEAGE_SOURCE_EC2_ENDPOINT": endpoints.ec2}
    health = "AMI_LINEAGE_HEALTH_PORT"
    return (
        _plan(INGEST, environment | source, health),
        _plan(GRAPH_WRITER, environment, health),
        _plan(POLICY_ENGINE, environment, health),
        _plan(QUERY_API, environment, "AMI_LINEAGE_PORT", fixed_port=port or None),
    )


def script_path(service: str) -> Path:
    """The console script of a service.

    Raises:
        SetupError: it is not installed.
    """
    path = PRODUCT_BIN / f"ami-lineage-{service}"
    if not path.exists():
        raise SetupError(f"{path.name} is not installed: run `make setup`.")
    return path


def run_script(service: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Runs a service's console script to its end; returns what it printed.

    Raises:
        LocalPlatformError: it failed; the text holds its last words.
    """
    done = subprocess.run(  # noqa: S603 - our own console script
        (script_path(service), *arguments), env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        words = done.stderr.strip() or done.stdout.strip()
        raise LocalPlatformError(f"{service} {arguments[0]} failed ({done.returncode}): {words[-2000:]}")
    return done.stdout


def _plan(
    service: str, environment: Mapping[str, str], port_variable: str, fixed_port: int | None = None
) -> ChildPlan:
    def build(port: int) -> ChildSpec:
        return ChildSpec(
            argv=(str(script_path(service)), "serve"),
            environment={**environment, port_variable: str(port)},
            probe=lambda: probe_ready(port),
            ready_timeout=_READY_TIMEOUT_SECONDS,
            grace=_GRACE_SECONDS,
        )

    script_path(service)
    return ChildPlan(name=service, build=build, fixed_port=fixed_port)


def probe_ready(port: int) -> None:
    """Asks ``/health/ready``; raises NotReadyError with the answer unless it is 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise NotReadyError(f"no answer: {error}") from error
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise NotReadyError(f"answer {answer.status}: {text[:300]}")
