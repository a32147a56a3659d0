"""Which failures pass by themselves."""

from typing import Final

from bus import TransientBusError
from event_log import TransientLogError
from graph_store import GraphNotReadyError, TransientGraphError
from policy_engine.errors import TransientError

TRANSIENT: Final = (
    TransientError,
    TransientLogError,
    TransientGraphError,
    TransientBusError,
    GraphNotReadyError,
)
"""Trying the same later may succeed."""
