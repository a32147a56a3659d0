"""`up`: everything, in the foreground, until a signal."""

import re
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Final

from ami_lineage_contracts.topology import build_topology
from ami_lineage_local.errors import LocalPlatformError, ServerNotReadyError
from ami_lineage_local.local_servers import LocalServers
from ami_lineage_local.processes.ports import LOOPBACK, is_free
from ami_lineage_local.settings import ToolSettings, UpSettings
from ami_lineage_local.system.demo import DEMO_VARIABLES, import_demo
from ami_lineage_local.system.folder import DataFolder, PublishedEndpoints
from ami_lineage_local.system.services import QUERY_API, plan_services, run_script, service_environment
from ami_lineage_local.tables import table_specs

_CHECK_SECONDS: Final = 0.5
_KEY: Final = re.compile(r"\baml_\S+")
_LINK: Final = re.compile(r"http://\S+")
Say = Callable[[str], None]


def run_platform(settings: UpSettings, tools: ToolSettings, print_line: Say, note: Say) -> None:
    """Starts everything, prints how to reach it, and stays until SIGINT or SIGTERM.

    Raises:
        LocalPlatformError: it could not start, or a child keeps dying; everything is stopped then.
    """
    folder = DataFolder(settings.resolved_data_dir)
    folder.make_private()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            platform = _Platform(folder, settings, tools, note)
            stack.enter_context(platform.servers)
            stack.callback(platform.withdraw)
            stack.callback(_ignore_signals)
            platform.start()
            login_link = platform.make_login_link()
            print_line(f"ready: {platform.url}")
            print_line(f"log in once with: {login_link}")
            if settings.sample:
                print_line("your own data: AMI_LINEAGE_SAMPLE=0 make run")
            while True:
                platform.servers.supervisor.check()
                time.sleep(_CHECK_SECONDS)
    except KeyboardInterrupt:
        note("Stopped.")


class _Platform:
    """The parts of one run."""

    def __init__(self, folder: DataFolder, settings: UpSettings, tools: ToolSettings, note: Say) -> None:
        self.servers = LocalServers(folder.path, tools, self._publish, folder.withdraw)
        self._folder = folder
        self._settings = settings
        self._note = note
        self._topology = build_topology()
        self._published = False

    @property
    def url(self) -> str:
        """Base URL of the API and the page."""
        return f"http://{LOOPBACK}:{self.servers.supervisor.port_of(QUERY_API)}"

    def start(self) -> None:
        """Topology, demo data, services, key; then other programs may find us."""
        settings, folder = self._settings, self._folder
        if settings.port and not is_free(settings.port):
            raise ServerNotReadyError(
                f"Port {settings.port} is taken: stop what uses it, or set AMI_LINEAGE_PORT (0 takes a free one)."
            )
        folder.claim("demo" if settings.sample else "own")
        self.servers.declare(self._topology, table_specs(self._topology))
        endpoints = self.servers.endpoints
        environment = service_environment(endpoints, folder)
        if settings.sample:
            import_demo(folder, environment, self._note)
        self._note("Starting the services ...")
        plans = plan_services(endpoints, folder, settings.port, DEMO_VARIABLES if settings.sample else {})
        self.servers.supervisor.start(plans)
        if not (folder.api_key.exists() and folder.keys_db.exists()):
            printed = run_script(QUERY_API, ("key", "create"), environment)
            folder.keep_api_key(_find(_KEY, printed, "an API key"))
        self._published = True
        self._publish()

    def make_login_link(self) -> str:
        """A link that logs a browser in once."""
        environment = service_environment(self.servers.endpoints, self._folder)
        port = str(self.servers.supervisor.port_of(QUERY_API))
        printed = run_script(QUERY_API, ("login-link",), environment | {"AMI_LINEAGE_PORT": port})
        return _find(_LINK, printed, "a login link")

    def withdraw(self) -> None:
        """Nobody shall look for us any more."""
        self._published = False
        self._folder.withdraw()

    def _publish(self) -> None:
        if self._published:
            servers = self.servers
            self._folder.publish(
                PublishedEndpoints.from_parts(self.url, servers.endpoints, self._topology, servers.pids)
            )


def _find(pattern: re.Pattern[str], printed: str, what: str) -> str:
    found = pattern.search(printed)
    if found is None:
        raise LocalPlatformError(f"query-api printed no line with {what}.")
    return found.group()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    """A second Ctrl-C must not interrupt the clean stop; each child has its grace time anyway."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
