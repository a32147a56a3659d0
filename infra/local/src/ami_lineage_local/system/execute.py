"""`exec`: runs one command against the platform of a data folder, with the servers that run or with its own."""

import http.client
import json
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ami_lineage_contracts.envelope import BUS_SOURCE
from ami_lineage_contracts.hints import LOG_APPENDED, LogAppended
from ami_lineage_contracts.topology import build_topology
from ami_lineage_local.errors import NoDataError, NoSuchCommandError, ServerNotReadyError
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
_BRINGING: Final = frozenset({"import", "lookup", "backfill"})
"""Commands of ingest that write the user's own data, also into a folder that holds none yet."""
_APPENDED: Final = (0, 1)
"""Exit codes after which the log may have grown: done, and done in part."""
_SIGNALLED: Final = 128
"""What a shell adds to the number of the signal that ended a command."""


def execute(
    folder: DataFolder,
    tools: ToolSettings,
    command: Sequence[str],
    note: Callable[[str], None],
    *,
    wait_for_graph: bool,
) -> int:
    """Runs the command and returns its exit code, 128 and the number of the signal that ended it.

    With the system running, `wait_for_graph` returns only when the graph holds all that was appended.
    Without it nothing is waited for: the graph is built from the log at the next start.

    Raises:
        UsageError: a command that brings data into the folder of the demo, another command on a folder without data, or
            a command that cannot be run.
        LocalPlatformError: the servers did not start, or the graph did not follow.
    """
    brings_data = _brings_data(command)
    if brings_data:
        folder.require_kind("own")
    if is_locked(folder.path):
        published = folder.get_published()
        code = _run(command, service_environment(published.to_endpoints(), folder))
        if wait_for_graph and code in _APPENDED:
            _wait_for_graph(folder, published)
        return code
    if not brings_data and folder.find_kind() is None:
        raise NoDataError(f"{folder.path} holds no data yet: import some, or name another with --data-dir.")
    note(f"Nothing runs on {folder.path}: starting its servers for this command ...")
    topology = build_topology()
    with _terminating_in_order(), LocalServers(folder.path, tools, on_locked=folder.withdraw) as servers:
        if brings_data:
            folder.claim("own")
        servers.declare(topology, table_specs(topology))
        return _run(command, service_environment(servers.endpoints, folder))


def _brings_data(command: Sequence[str]) -> bool:
    return Path(command[0]).name == f"ami-lineage-{INGEST}" and not _BRINGING.isdisjoint(command[1:2])


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 - the caller's own command
    except OSError as error:
        raise NoSuchCommandError(f"{command[0]} cannot be run: {error.strerror or error}.") from error
    previous = signal.signal(signal.SIGTERM, lambda _number, _frame: process.terminate())
    try:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue  # the child got the signal too and stops in order
            return code if code >= 0 else _SIGNALLED - code
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def _terminating_in_order() -> Iterator[None]:
    """Makes SIGTERM end the block as Ctrl-C does, so that the servers of the block are stopped."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


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
