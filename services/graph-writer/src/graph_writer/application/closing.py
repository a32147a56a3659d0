"""Closes images, instances and groups: epoch first, then the inputs from the log, then the write."""

from collections.abc import Collection, Iterable

from ami_lineage_contracts.stream_ids import stream_kind
from event_log import EventLog
from graph_store import GraphWriteStore
from graph_writer.application.pausing import ATTEMPTS, Pause
from graph_writer.domain.closures import Closure, Inputs, close_known, says_anything
from graph_writer.domain.elements import to_closure_write
from graph_writer.errors import ContendedError, UnsettledClosureError
from lineage import ImageClosure, StreamState, fold


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
        """Evaluate these images, instances and groups anew, and the watermarks of all that is derived from them.

        Returns what was written.

        Raises:
            ContendedError: other writers were faster each time.
        """
        closed = await self._close_settled(generation, frozenset(stream_ids))
        images = [one for one in closed if stream_kind(one) == "image"]
        if not images:
            return closed
        watermarked = await self._graph.find_watermarked(generation, images)
        return closed | await self._close_settled(generation, watermarked - closed)

    async def _close_settled(self, generation: str, stream_ids: frozenset[str]) -> frozenset[str]:
        """Close until every closure is written and still true.

        Whether a watermark contradicts the chain rests on streams from which no fact edge leads back here. Who
        changes one of them looks for what is derived; so it is enough to look at them once more after writing.
        """
        pending, closed = frozenset(stream_ids), set[str]()
        for attempt in range(ATTEMPTS):
            if not pending:
                break
            if attempt:
                await self._pause(attempt)
            epochs = await self._graph.read_epochs(generation, sorted(pending))
            inputs = Inputs()
            closures = await self._read_closures(generation, pending & epochs.keys(), inputs)
            lost = await self._graph.write_closures(
                generation,
                [
                    to_closure_write(closure, epochs[stream_id])
                    for stream_id, closure in sorted(closures.items())
                ],
            )
            written = closures.keys() - set(lost)
            closed |= written
            pending = frozenset(lost) | await self._find_outdated(
                generation, [closures[stream_id] for stream_id in written], inputs
            )
        if pending:
            raise ContendedError(pending)
        return frozenset(closed)

    async def _read_closures(
        self, generation: str, stream_ids: frozenset[str], inputs: Inputs
    ) -> dict[str, Closure]:
        """Closures by what the log holds now; those that say no more than a placeholder are left out.

        States live for one reading only: a state that was folded before the epoch was read could put
        an old answer over a newer one.
        """
        inputs.states |= await self._read_states(stream_ids)
        pending = set(stream_ids)
        closures: dict[str, Closure] = {}
        while pending:
            step = close_known(sorted(pending), inputs, self._members)
            closures |= step.closed
            pending -= step.closed.keys()
            streams, vertices = step.find_unread(inputs)
            if pending and not (streams or vertices):
                raise UnsettledClosureError(min(pending))
            if vertices:
                inputs.speakers |= await self._graph.find_speakers(generation, sorted(vertices))
            inputs.states |= await self._read_states(streams)
        return {one: closure for one, closure in closures.items() if says_anything(closure, inputs.states)}

    async def _find_outdated(
        self, generation: str, closures: Collection[Closure], inputs: Inputs
    ) -> frozenset[str]:
        """Closures whose streams beyond fact edges have changed since they were read."""
        beyond = {
            closure.stream_id: closure.ancestor_reads
            for closure in closures
            if isinstance(closure, ImageClosure) and closure.ancestor_reads
        }
        if not beyond:
            return frozenset()
        streams = frozenset().union(*beyond.values())
        now = await self._read_states(streams)
        changed = {one for one in streams if now[one].event_hash != inputs.states[one].event_hash}
        spoken_of = sorted(one for one in streams if one in inputs.speakers)
        speakers = await self._graph.find_speakers(generation, spoken_of)
        changed |= {one for one in spoken_of if speakers[one] != inputs.speakers[one]}
        return frozenset(one for one, reads in beyond.items() if reads & changed)

    async def _read_states(self, stream_ids: Collection[str]) -> dict[str, StreamState]:
        events = await self._log.read_streams(sorted(stream_ids)) if stream_ids else {}
        return {stream_id: fold(stream_id, events.get(stream_id, ())) for stream_id in stream_ids}
