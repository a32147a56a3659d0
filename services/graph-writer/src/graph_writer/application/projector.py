"""From changed streams to the graph: facts first, then everything whose lineage may rest on them.

Why this converges, whoever else writes: facts are committed before dependents are looked for, so of
two writers the later one sees the edges of both; a closure's epoch is read before its inputs, so of
two closures of one vertex the one that is kept has read later than the one it replaces.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from event_log import EventLog
from graph_store import GraphWriteStore, WriteOutcome
from graph_writer.application.closing import Closer
from graph_writer.application.pausing import ATTEMPTS, Pause, pause_with_jitter
from graph_writer.domain.closures import is_closed_kind
from graph_writer.domain.elements import to_stream_facts
from graph_writer.domain.messages import is_projected
from graph_writer.errors import ContendedError
from lineage import fold


@dataclass(frozen=True, slots=True)
class Projected:
    """What a projection brought up to date: the streams given that have events, and what was closed."""

    generation: str
    stream_ids: frozenset[str]
    closed: frozenset[str]

    @property
    def changed(self) -> frozenset[str]:
        """Everything that may look different in the graph."""
        return self.stream_ids | self.closed


class Projector:
    """Brings streams of the log into the graph, beside any number of other writers."""

    def __init__(
        self,
        log: EventLog,
        graph: GraphWriteStore,
        members: Collection[str] | None = None,
        pause: Pause = pause_with_jitter,
    ) -> None:
        self._log = log
        self._graph = graph
        self._pause = pause
        self._closer = Closer(log, graph, members, pause)

    async def project(self, generation: str, stream_ids: Iterable[str]) -> Projected:
        """Make the graph agree with the log for these streams and for all that rests on them.

        Streams without events and of kinds that have no vertex change nothing.

        Raises:
            ContendedError: other writers were faster each time; a repetition completes what is missing.
        """
        written = await self._write_facts(generation, frozenset(filter(is_projected, stream_ids)))
        if not written:
            return Projected(generation, written, frozenset())
        dependents = await self._graph.find_dependents(generation, sorted(written))
        closed = await self._closer.close(generation, filter(is_closed_kind, written | dependents))
        return Projected(generation, written, closed)

    async def _write_facts(self, generation: str, stream_ids: frozenset[str]) -> frozenset[str]:
        """Write until the graph holds of each stream what the log holds; returns those that have events."""
        pending, written = stream_ids, set[str]()
        for attempt in range(ATTEMPTS):
            if not pending:
                break
            if attempt:
                await self._pause(attempt)
            events = await self._log.read_streams(sorted(pending))
            facts = [
                to_stream_facts(fold(stream_id, of_stream))
                for stream_id, of_stream in sorted(events.items())
                if of_stream
            ]
            results = await self._graph.write_facts(generation, facts)
            stale = {result.stream_id for result in results if result.outcome is WriteOutcome.STALE}
            written |= {result.stream_id for result in results} - stale
            pending = frozenset(stale)
        if pending:
            raise ContendedError(pending)
        return frozenset(written)
