"""What every test of the workspace shares: the local servers, names of its own, no network in unit tests."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from pytest_socket import disable_socket, enable_socket
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:  # unit tests must not pay for what only the servers need
    from ami_lineage_contracts.topology import Topology
    from ami_lineage_local.endpoints import Endpoints
    from ami_lineage_local.local_servers import LocalServers

_NETWORK_MARKERS: Final = ("servers", "browser")
_HEAP_MB: Final = 512
_SHARING: Final = {
    "tests/e2e/test_e2e_any_order.py": "imported",
    "tests/e2e/test_e2e_sample_truth.py": "imported",
    "tests/faults/test_faults_kills.py": "imported",
    "tests/e2e/test_e2e_demo.py": "demo",
    "tests/e2e/test_e2e_verdicts.py": "demo",
    "tests/e2e/test_e2e_import.py": "plain",
    "tests/e2e/test_e2e_lifecycle.py": "plain",
}
"""Files whose tests share a platform, and its fixture; a file that is missing here costs time, nothing else."""


class OneProcessPerPlatform(LoadScopeScheduling):
    """Tests that share a platform run in one process; every other test runs where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return _SHARING.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneProcessPerPlatform:
    """How `pytest -n` spreads the tests."""
    return OneProcessPerPlatform(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the servers carries their marker, also when its author forgot; the longest go first."""
    for item in items:
        if "local_servers" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.servers)
    across_services = Path(__file__).parent / "tests"
    items.sort(key=lambda item: across_services not in item.path.parents)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Unit tests have no network; unix sockets serve asyncio's own socket pair."""
    if any(item.get_closest_marker(name) for name in _NETWORK_MARKERS):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Gives the network back to session fixtures, which outlive the test."""
    enable_socket()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: what did not run proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"\nCI: {len(skipped)} skipped tests count as failed.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def local_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator["LocalServers"]:
    """The real servers, started once for the run by the first test that needs them."""
    from ami_lineage_local.local_servers import LocalServers  # noqa: PLC0415 - see TYPE_CHECKING
    from ami_lineage_local.settings import ToolSettings  # noqa: PLC0415 - see TYPE_CHECKING

    tools = ToolSettings(gremlin_heap_mb=_HEAP_MB, dynamodb_heap_mb=_HEAP_MB)
    with LocalServers(tmp_path_factory.mktemp("servers"), tools) as servers:
        yield servers


@pytest.fixture(scope="session")
def endpoints(local_servers: "LocalServers") -> "Endpoints":
    """Where the local servers answer."""
    return local_servers.endpoints


@pytest.fixture
def unique_suffix() -> str:
    """Ends the names of tables, buses and queues, so that tests share servers and never collide."""
    return f"-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def topology(unique_suffix: str) -> "Topology":
    """Names of this test's own tables, buses and queues; nothing is made yet."""
    from ami_lineage_contracts.topology import build_topology  # noqa: PLC0415 - see TYPE_CHECKING

    return build_topology(unique_suffix)


@pytest.fixture
def declared_topology(local_servers: "LocalServers", topology: "Topology") -> Iterator["Topology"]:
    """This test's own tables, buses, queues and rules, made on the servers and removed afterwards."""
    from ami_lineage_local.tables import table_specs  # noqa: PLC0415 - see TYPE_CHECKING

    tables = table_specs(topology)
    local_servers.declare(topology, tables)
    yield topology
    local_servers.remove(topology, tables)


@pytest.fixture
def graph_generation() -> str:
    """Prefix of this test's own vertices and edges in the shared graph server."""
    return f"t{uuid.uuid4().hex[:12]}"
