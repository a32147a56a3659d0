"""Closes the lineage of images and instances: epoch first, then the inputs from the log, then the write."""

from collections.abc import Collection, Iterable

from event_log import EventLog
from graph_store import GraphWriteStore
from graph_writer.application.pausing import ATTEMPTS, Pause
from graph_writer.domain.closures import Closure, close_known
from graph_writer.domain.elements import to_closure_write
from graph_writer.errors import ContendedError, UnsettledClosureError
from lineage import StreamState, fold


class Closer:
    """Closes vertices of one graph over one log."""

    def __init__(
        self, log: EventLog, graph: GraphWriteStore, members: Collection[str] | None, pause: Pause
    ) -> None:
        self._log = log
        self._graph = graph
        self._members = members
        self._pause = pause

    async def close(self, generation: str, stream_ids: Iterable[str]) -> frozenset[str]:
        """Evaluate these images and instances anew; returns those that have events and were written.

        Raises:
            ContendedError: other writers were faster each time.
        """
        pending, closed = frozenset(stream_ids), set[str]()
        for attempt in range(ATTEMPTS):
            if not pending:
                break
            if attempt:
                await self._pause(attempt)
            epochs = await self._graph.read_epochs(generation, sorted(pending))
            closures = await self._read_closures(pending & epochs.keys())
            lost = await self._graph.write_closures(
                generation,
                [
                    to_closure_write(closure, epochs[stream_id])
                    for stream_id, closure in sorted(closures.items())
                ],
            )
            closed |= closures.keys() - set(lost)
            pending = frozenset(lost)
        if pending:
            raise ContendedError(pending)
        return frozenset(closed)

    async def _read_closures(self, stream_ids: frozenset[str]) -> dict[str, Closure]:
        """Closures by what the log holds now; streams without events are left out.

        States live for one reading only: a state that was folded before the epoch was read could put
        an old answer over a newer one.
        """
        states = await self._read_states(stream_ids)
        pending = {stream_id for stream_id in stream_ids if states[stream_id].exists}
        closures: dict[str, Closure] = {}
        while pending:
            step = close_known(sorted(pending), states, self._members)
            closures |= step.closed
            pending -= step.closed.keys()
            unread = step.missing - states.keys()
            if pending and not unread:
                raise UnsettledClosureError(min(pending))
            states |= await self._read_states(unread)
        return closures

    async def _read_states(self, stream_ids: Collection[str]) -> dict[str, StreamState]:
        events = await self._log.read_streams(sorted(stream_ids)) if stream_ids else {}
        return {stream_id: fold(stream_id, events.get(stream_id, ())) for stream_id in stream_ids}
