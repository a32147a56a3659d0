"""The real servers of one data folder, without the services: what tests and one-off commands need."""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.topology import Topology
from ami_lineage_local.endpoints import Endpoints
from ami_lineage_local.jars.lock import require_jars
from ami_lineage_local.processes.child import ChildPlan, NotReadyError
from ami_lineage_local.processes.ports import LOOPBACK
from ami_lineage_local.processes.supervisor import Supervisor
from ami_lineage_local.servers import dynamodb, gremlin, ministack, moto
from ami_lineage_local.settings import ToolSettings
from ami_lineage_local.topology import (
    TableSpec,
    declare_messaging,
    declare_tables,
    remove_messaging,
    remove_tables,
)

SERVER_NAMES: Final = (dynamodb.NAME, gremlin.NAME, ministack.NAME, moto.NAME)
_BACK_TIMEOUT_SECONDS: Final = 60.0


class LocalServers:
    """Context manager: starts the servers, keeps them up, stops them.

    What was declared is declared again whenever the server that holds it comes back. `on_change` is called
    after a child was started or ended, `on_locked` once, when the folder is ours and nothing runs yet.
    """

    def __init__(
        self,
        data_dir: Path,
        tools: ToolSettings,
        on_change: Callable[[], None] = lambda: None,
        on_locked: Callable[[], None] = lambda: None,
    ) -> None:
        self.data_dir: Final = data_dir
        self._on_locked = on_locked
        self._tools = tools
        self.supervisor: Final = Supervisor(data_dir, on_change)
        self._declared = threading.Lock()
        self._topologies: dict[str, Topology] = {}
        self._tables: dict[str, TableSpec] = {}

    def __enter__(self) -> Self:
        """Returns when every server answers.

        Raises:
            SetupError: the servers were never downloaded.
            AlreadyRunningError: another instance uses the folder.
            ServerNotReadyError: one of them did not come up.
        """
        require_jars(self._tools.jars_dir)
        self.supervisor.__enter__()
        try:
            self._on_locked()
            self.supervisor.start(self._plans())
        except BaseException:
            self.supervisor.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the servers; nothing is left behind."""
        self.supervisor.__exit__(kind, error, trace)

    @property
    def endpoints(self) -> Endpoints:
        """Where the servers answer."""
        url = {name: f"http://{LOOPBACK}:{self.supervisor.port_of(name)}" for name in SERVER_NAMES}
        return Endpoints(
            dynamodb=url[dynamodb.NAME],
            gremlin=gremlin.gremlin_url(self.supervisor.port_of(gremlin.NAME)),
            events=url[ministack.NAME],
            sqs=url[ministack.NAME],
            aws=url[ministack.NAME],
            ec2=url[moto.NAME],
            securityhub=url[moto.NAME],
        )

    @property
    def pids(self) -> Mapping[str, int]:
        """Process id of each child that runs now."""
        return self.supervisor.pids()

    def declare(self, topology: Topology, tables: Sequence[TableSpec]) -> None:
        """Declares buses, queues, rules and tables now and after each restart of their server."""
        with self._declared:
            self._topologies[topology.central_bus] = topology
            self._tables.update({str(spec["TableName"]): spec for spec in tables})
        declare_messaging(self.endpoints.events, topology)
        declare_tables(self.endpoints.dynamodb, tables)

    def remove(self, topology: Topology, tables: Sequence[TableSpec]) -> None:
        """Takes back what `declare` made; for tests."""
        with self._declared:
            del self._topologies[topology.central_bus]
            for spec in tables:
                del self._tables[str(spec["TableName"])]
        remove_messaging(self.endpoints.events, topology)
        remove_tables(self.endpoints.dynamodb, tables)

    def wait_until_back(self, name: str, restarts: int = 1) -> None:
        """After a server was killed: waits until it answers again and is declared.

        Raises:
            ServerNotReadyError: it did not come back.
        """
        self.supervisor.wait_until_ready(name, restarts, _BACK_TIMEOUT_SECONDS)

    def _plans(self) -> tuple[ChildPlan, ...]:
        tools, folder = self._tools, self.data_dir
        return (
            dynamodb.plan_dynamodb(
                folder / "dynamodb", tools.jars_dir, tools.dynamodb_heap_mb, self._redeclare_tables
            ),
            gremlin.plan_gremlin(folder / "gremlin", tools.jars_dir, tools.gremlin_heap_mb),
            ministack.plan_ministack(folder / "ministack", self._redeclare_messaging),
            moto.plan_moto(),
        )

    def _redeclare_tables(self, port: int) -> None:
        with self._declared:
            specs = tuple(self._tables.values())
        _or_not_ready(partial(declare_tables, dynamodb.dynamodb_url(port), specs))

    def _redeclare_messaging(self, port: int) -> None:
        with self._declared:
            topologies = tuple(self._topologies.values())
        for topology in topologies:
            _or_not_ready(partial(declare_messaging, ministack.ministack_url(port), topology))


def _or_not_ready(declare: Callable[[], None]) -> None:
    try:
        declare()
    except (BotoCoreError, ClientError) as error:
        raise NotReadyError(f"not declared: {error}") from error
