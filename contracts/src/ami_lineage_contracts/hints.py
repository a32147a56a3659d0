"""Hints on the recorded bus: unrecorded, harmless if forged or lost; they only make readers look sooner."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.times import UtcDatetime

LOG_APPENDED: Final = "log.appended"
GRAPH_PROJECTED: Final = "graph.projected"
HINT_TYPES: Final = (LOG_APPENDED, GRAPH_PROJECTED)


class LogAppended(BaseModel):
    """A bulk append happened: read the log since `recorded_from`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded_from: UtcDatetime
    recorded_to: UtcDatetime
    correlation_id: str


class GraphProjected(BaseModel):
    """These streams changed in the graph.

    `checkpoint`: all events recorded up to here are in the graph. `stream_ids` is at most 500 long;
    `everything` says that more changed and readers should catch up from the log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    generation: str
    checkpoint: UtcDatetime | None = None
    stream_ids: tuple[str, ...]
    everything: bool = False
    correlation_id: str
