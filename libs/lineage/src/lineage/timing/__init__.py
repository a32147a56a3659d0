"""What was true at a time, and what was known at a time (DESIGN 6)."""

from lineage.timing.exposure import Exposure, find_exposures
from lineage.timing.known import cut_known
from lineage.timing.streams import StreamAt, view_stream
from lineage.timing.topology import (
    find_parents_at,
    find_run_at,
    holds_at,
    list_launches_at,
    list_unknown_launches_at,
    select_edges_at,
)

__all__ = [
    "Exposure",
    "StreamAt",
    "cut_known",
    "find_exposures",
    "find_parents_at",
    "find_run_at",
    "holds_at",
    "list_launches_at",
    "list_unknown_launches_at",
    "select_edges_at",
    "view_stream",
]
