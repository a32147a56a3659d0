"""DynamoDB Local 3.3.1 on disk: an acknowledged write survives kill -9 (LOCAL_STACK 2)."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ami_lineage_local.processes.child import ChildPlan, ChildSpec
from ami_lineage_local.processes.ports import LOOPBACK
from ami_lineage_local.servers.account import ask, server_environment
from ami_lineage_local.servers.java import groovy_command

NAME: Final = "dynamodb"
_LIST_TABLES: Final = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
}


def dynamodb_url(port: int) -> str:
    """Where clients connect."""
    return f"http://{LOOPBACK}:{port}"


def plan_dynamodb(folder: Path, jars_dir: Path, heap_mb: int, on_ready: Callable[[int], None]) -> ChildPlan:
    """DynamoDB Local with its database in `folder`."""

    def build(port: int) -> ChildSpec:
        folder.mkdir(parents=True, exist_ok=True)
        arguments = ("-port", str(port), "-disableTelemetry", "-sharedDb", "-dbPath", str(folder))
        return ChildSpec(
            # Groovy, which runs the launcher, comes with Gremlin Server's jars; DynamoDB's own go first.
            argv=groovy_command(
                "dynamodb.groovy", ("dynamodb-local", "gremlin-server"), jars_dir, heap_mb, arguments
            ),
            environment=server_environment({"DDB_LOCAL_TELEMETRY": "0"}),
            probe=lambda: ask("dynamodb", port, _LIST_TABLES, "{}"),
        )

    return ChildPlan(name=NAME, build=build, on_ready=on_ready)
