"""ministack: EventBridge, SQS, SNS, STS, S3 and more. It saves on SIGTERM only, so topology is declared anew."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ami_lineage_local.checkout import SERVERS_PYTHON
from ami_lineage_local.processes.child import ChildPlan, ChildSpec
from ami_lineage_local.processes.ports import LOOPBACK
from ami_lineage_local.servers.account import ACCOUNT_ID, REGION, ask, server_environment
from ami_lineage_local.servers.java import launcher_path

NAME: Final = "ministack"
_LIST_BUSES: Final = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSEvents.ListEventBuses",
}


def ministack_url(port: int) -> str:
    """Where clients connect."""
    return f"http://{LOOPBACK}:{port}"


def plan_ministack(folder: Path, on_ready: Callable[[int], None]) -> ChildPlan:
    """The local AWS endpoints with their state in `folder`."""

    def build(port: int) -> ChildSpec:
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        return ChildSpec(
            argv=(str(SERVERS_PYTHON), str(launcher_path("ministack_server.py"))),
            environment=server_environment(_variables(folder, port)),
            probe=lambda: ask("events", port, _LIST_BUSES, "{}"),
        )

    return ChildPlan(name=NAME, build=build, on_ready=on_ready)


def _variables(folder: Path, port: int) -> dict[str, str]:
    return {
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(folder / "tmp"),
        # It would remove containers at its start and end: no engine for it.
        "DOCKER_HOST": f"unix://{folder / 'no-docker.sock'}",
    }
