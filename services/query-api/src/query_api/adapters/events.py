"""The event log, read only."""

from collections.abc import Mapping, Sequence
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from event_log import EventLog, EventLogError
from query_api.errors import UnavailableError

UNREACHABLE: Final = "The event log cannot be read now. Try again in a few seconds."


class LoggedEvents:
    """Streams of the log."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def read_streams(self, stream_ids: Sequence[str]) -> Mapping[str, tuple[EventEnvelope, ...]]:
        """Events of several streams.

        Raises:
            UnavailableError: the log does not answer.
        """
        try:
            return await self._log.read_streams(stream_ids)
        except EventLogError as error:
            raise UnavailableError(UNREACHABLE) from error
