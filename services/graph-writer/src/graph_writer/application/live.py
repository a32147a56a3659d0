"""Handles the messages of the graph-writer queue: project the streams they name, then say so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final
from uuid import uuid4

import structlog

from bus import Message, Outcome, TransientBusError, dead, done, retry
from event_log.errors import PermanentLogError, TransientLogError
from graph_store import GraphNotReadyError, GraphWriteStore, PermanentGraphError, TransientGraphError
from graph_writer.application.gate import WriterGate
from graph_writer.application.markers import read_checkpoint
from graph_writer.application.notifying import Notifier
from graph_writer.application.projector import Projector
from graph_writer.domain.messages import LogGrew, StreamChanged, read_message
from graph_writer.errors import PermanentError, TransientError, UndecodableMessageError

TRANSIENT: Final = (
    TransientError,
    TransientLogError,
    TransientGraphError,
    TransientBusError,
    GraphNotReadyError,
)
PERMANENT: Final = (PermanentError, PermanentLogError, PermanentGraphError)
_logger = structlog.get_logger(__name__)


class LiveHandler:
    """One outcome for each message of a batch.

    Messages only name streams, what happened is read from the log: a message that does not lead back
    to the log changes nothing, a repeated one gives the same graph.
    """

    def __init__(
        self,
        graph: GraphWriteStore,
        gate: WriterGate,
        projector: Projector,
        notifier: Notifier,
        wake_catch_up: Callable[[], None],
    ) -> None:
        self._graph = graph
        self._gate = gate
        self._projector = projector
        self._notifier = notifier
        self._wake_catch_up = wake_catch_up

    async def handle(self, messages: Sequence[Message]) -> list[Outcome]:
        """Outcomes in the order of the messages; one that cannot be handled does not stop the others."""
        outcomes: dict[str, Outcome] = {}
        changed: dict[str, StreamChanged] = {}
        for message in messages:
            try:
                content = read_message(message.body)
            except UndecodableMessageError as error:
                outcomes[message.id] = dead(str(error))
                continue
            if isinstance(content, StreamChanged):
                changed[message.id] = content
                continue
            if isinstance(content, LogGrew):
                self._wake_catch_up()
            outcomes[message.id] = done()
        by_stream = await self._project(
            frozenset(one.stream_id for one in changed.values()), changed.values()
        )
        return [
            by_stream[changed[message.id].stream_id] if message.id in changed else outcomes[message.id]
            for message in messages
        ]

    async def _project(
        self, stream_ids: frozenset[str], causes: Collection[StreamChanged]
    ) -> Mapping[str, Outcome]:
        """Outcome for each stream; when a batch fails for good, each stream is tried alone."""
        if not stream_ids:
            return {}
        try:
            await self._project_all(stream_ids, causes)
        except TRANSIENT as error:
            _logger.warning("projection postponed", streams=len(stream_ids), error=str(error))
            return dict.fromkeys(stream_ids, retry())
        except PERMANENT as error:
            if len(stream_ids) == 1:
                _logger.exception("projection failed", stream_id=min(stream_ids))
                return dict.fromkeys(stream_ids, dead(f"{type(error).__name__}: {error}"))
            outcomes: dict[str, Outcome] = {}
            for stream_id in sorted(stream_ids):
                outcomes |= await self._project(frozenset({stream_id}), causes)
            return outcomes
        return dict.fromkeys(stream_ids, done())

    async def _project_all(self, stream_ids: frozenset[str], causes: Collection[StreamChanged]) -> None:
        async with self._gate.batch() as writable:
            for generation in writable.generations:
                projected = await self._projector.project(generation, stream_ids)
                if writable.is_active(generation):
                    checkpoint = await read_checkpoint(self._graph, generation)
                    await self._notifier.announce(
                        generation, projected.changed, checkpoint, _choose_correlation(causes)
                    )


def _choose_correlation(causes: Collection[StreamChanged]) -> str:
    """The correlation id of all causes, or a new one where they differ."""
    correlation_ids = {cause.correlation_id for cause in causes}
    if len(correlation_ids) == 1:
        return correlation_ids.pop()
    correlation_id = str(uuid4())
    _logger.info("causes joined", correlation_id=correlation_id, causes=sorted(correlation_ids))
    return correlation_id
