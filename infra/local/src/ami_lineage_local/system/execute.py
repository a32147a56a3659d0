"""`exec`: runs one command against the platform of a data folder, with the servers that run or with its own."""

import http.client
import json
import subprocess
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ami_lineage_contracts.envelope import BUS_SOURCE
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from ami_lineage_contracts.topology import build_topology
from ami_lineage_local.errors import MixedDataError, ServerNotReadyError
from ami_lineage_local.local_servers import LocalServers
from ami_lineage_local.processes.data_lock import is_locked
from ami_lineage_local.servers.account import build_client
from ami_lineage_local.settings import ToolSettings
from ami_lineage_local.system.folder import DataFolder, PublishedEndpoints
from ami_lineage_local.system.services import INGEST, service_environment
from ami_lineage_local.tables import table_specs

_POLL_SECONDS: Final = 0.5
_HINT_EVERY_SECONDS: Final = 3.0
_GRAPH_TIMEOUT_SECONDS: Final = 3600.0
_HTTP_TIMEOUT_SECONDS: Final = 10


def execute(folder: DataFolder, tools: ToolSettings, command: Sequence[str], *, wait_for_graph: bool) -> int:
    """Runs the command and returns its exit code.

    With the system running, `wait_for_graph` returns only when the graph holds all that was appended.
    Without it nothing is waited for: the graph is built from the log at the next start.

    Raises:
        MixedDataError: an import into the folder of the demo.
        ServerNotReadyError: the servers did not start, or the graph did not follow.
    """
    if Path(command[0]).name == f"ami-lineage-{INGEST}" and "import" in command[1:2]:
        folder.claim("own")
    elif folder.find_kind() is None and not is_locked(folder.path):
        raise MixedDataError(
            f"{folder.path} holds no data yet: import some, or name another with --data-dir."
        )
    if is_locked(folder.path):
        published = folder.get_published()
        code = _run(command, service_environment(published.to_endpoints(), folder))
        if wait_for_graph and code == 0:
            _wait_for_graph(folder, published)
        return code
    topology = build_topology()
    with LocalServers(folder.path, tools) as servers:
        servers.declare(topology, table_specs(topology))
        return _run(command, service_environment(servers.endpoints, folder))


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - the caller's own command
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the child got the signal too and stops in order


def _wait_for_graph(folder: DataFolder, published: PublishedEndpoints) -> None:
    """Hints at the log until the graph's checkpoint is behind this moment."""
    appended_by = datetime.now(UTC)
    deadline = time.monotonic() + _GRAPH_TIMEOUT_SECONDS
    next_hint = 0.0
    while (checkpoint := _find_checkpoint(folder, published)) is None or checkpoint < appended_by:
        if time.monotonic() > deadline:
            raise ServerNotReadyError(
                f"The graph is at {checkpoint} and does not follow the log; read {folder.path}/logs."
            )
        if time.monotonic() >= next_hint:
            _hint(published, appended_by)
            next_hint = time.monotonic() + _HINT_EVERY_SECONDS
        time.sleep(_POLL_SECONDS)


def _hint(published: PublishedEndpoints, appended_by: datetime) -> None:
    hint = LogAppended(
        recorded_from=appended_by - timedelta(minutes=10),
        recorded_to=appended_by,
        correlation_id=str(uuid.uuid4()),
    )
    entry = {
        "Source": BUS_SOURCE,
        "DetailType": LOG_APPENDED,
        "Detail": hint.model_dump_json(),
        "EventBusName": published.recorded_bus,
    }
    build_client("events", published.events).put_events(Entries=[entry])


def _find_checkpoint(folder: DataFolder, published: PublishedEndpoints) -> datetime | None:
    """All events recorded up to here are in the graph; None while it is being built."""
    connection = http.client.HTTPConnection(urlsplit(published.api).netloc, timeout=_HTTP_TIMEOUT_SECONDS)
    try:
        key = folder.api_key.read_text(encoding="utf-8")
        connection.request("GET", "/api/v1/generations", headers={"x-api-key": key})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None  # query-api is being restarted; the deadline bounds the wait
    finally:
        connection.close()
    if answer.status == http.HTTPStatus.UNAUTHORIZED:
        raise ServerNotReadyError(
            f"query-api refuses the key in {folder.api_key}: delete that file and restart."
        )
    checkpoint = json.loads(body).get("checkpoint") if answer.status == http.HTTPStatus.OK else None
    return datetime.fromisoformat(checkpoint) if checkpoint else None
