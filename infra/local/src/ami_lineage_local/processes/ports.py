"""Free ports, and the proof that a port is served by our own child on loopback."""

import ipaddress
import random
import socket
from collections.abc import Iterable
from typing import Final

import psutil

from ami_lineage_local.errors import NotLoopbackError, ServerNotReadyError
from ami_lineage_local.processes.child import NotReadyError

LOOPBACK: Final = "127.0.0.1"
_FIRST: Final = 20_000
_LAST: Final = 32_000
"""Below Linux's range of ephemeral ports, so that no outgoing connection takes the port of a dead server."""
_TRIES: Final = 200


def is_free(port: int) -> bool:
    """Whether nothing listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def find_free_port() -> int:
    """A port on which nothing listens now; whoever uses it must still check who listens.

    Raises:
        ServerNotReadyError: none was found.
    """
    chooser = random.SystemRandom()
    for _ in range(_TRIES):
        port = chooser.randint(_FIRST, _LAST)
        if is_free(port):
            return port
    raise ServerNotReadyError(f"No free port between {_FIRST} and {_LAST}; stop some servers and try again.")


def require_listener(processes: Iterable[psutil.Process], port: int) -> None:
    """Passes when one of these processes listens on `port`, and none listens beyond loopback.

    Raises:
        NotReadyError: none of them listens on the port yet (perhaps a stranger does).
        NotLoopbackError: one listens on an address that other machines can reach.
    """
    found = False
    for process in processes:
        try:
            connections = process.net_connections(kind="inet")
        except psutil.Error:
            continue
        for connection in connections:
            if connection.status != psutil.CONN_LISTEN:
                continue
            address, bound = connection.laddr.ip, connection.laddr.port
            if not _is_loopback(address):
                raise NotLoopbackError(
                    f"Process {process.pid} listens on {address}:{bound}, not on loopback."
                )
            found = found or bound == port
    if not found:
        raise NotReadyError(f"nothing of ours listens on port {port}")


def _is_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback
