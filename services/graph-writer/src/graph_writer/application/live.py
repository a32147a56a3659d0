"""Handles the messages of the graph-writer queue: project the streams they name, then say so."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final
from uuid import uuid4

import structlog

from bus import Message, Outcome, dead, done, retry
from graph_store import GraphWriteStore
from graph_writer.application.batches import TRANSIENT, Batch, BatchProjector
from graph_writer.application.markers import read_checkpoint
from graph_writer.application.notifying import Notifier
from graph_writer.domain.messages import LogGrew, StreamChanged, read_message
from graph_writer.errors import UndecodableMessageError

PATIENCE_SECONDS: Final = 60.0
"""Half of what the queue keeps a message hidden (`Topology.graph_writer_queue`)."""
PAUSE_SECONDS: Final = 0.5
_logger = structlog.get_logger(__name__)


class LiveHandler:
    """One outcome for each message of a batch.

    Messages only name streams, what happened is read from the log: a message that does not lead back
    to the log changes nothing, a repeated one gives the same graph.
    """

    def __init__(
        self,
        graph: GraphWriteStore,
        batches: BatchProjector,
        notifier: Notifier,
        wake_catch_up: Callable[[], None],
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._batches = batches
        self._notifier = notifier
        self._wake_catch_up = wake_catch_up
        self._patience_seconds = patience_seconds
        self._clock = clock

    async def handle(self, messages: Sequence[Message]) -> list[Outcome]:
        """Outcomes in the order of the messages; one that cannot be handled does not stop the others."""
        read = [self._read(message) for message in messages]
        changes = [one for one in read if isinstance(one, StreamChanged)]
        if not changes:
            return [one for one in read if isinstance(one, Outcome)]
        batch = await self._project_patiently(changes)
        return [one if isinstance(one, Outcome) else _judge(one, batch) for one in read]

    def _read(self, message: Message) -> StreamChanged | Outcome:
        try:
            content = read_message(message.body)
        except UndecodableMessageError as error:
            return dead(str(error))
        if isinstance(content, StreamChanged):
            return content
        if isinstance(content, LogGrew):
            self._wake_catch_up()
        return done()

    async def _project_patiently(self, changes: Collection[StreamChanged]) -> Batch | None:
        """The projection; None when it did not succeed within the time that a message may wait here.

        Waiting here keeps messages from being counted as received again and again, which would bury
        them while the graph is being rebuilt.
        """
        deadline = self._clock() + self._patience_seconds
        while True:
            try:
                return await self._project(changes)
            except TRANSIENT as error:
                _logger.warning("projection postponed", messages=len(changes), error=str(error))
            if self._clock() > deadline:
                return None
            await asyncio.sleep(PAUSE_SECONDS)

    async def _project(self, changes: Collection[StreamChanged]) -> Batch:
        batch = await self._batches.project(frozenset(change.stream_id for change in changes))
        if batch.active is not None:
            checkpoint = await read_checkpoint(self._graph, batch.active)
            await self._notifier.announce(
                batch.active, batch.changed, checkpoint, _choose_correlation(changes)
            )
        return batch


def _judge(change: StreamChanged, batch: Batch | None) -> Outcome:
    if batch is None:
        return retry()
    reason = batch.failed.get(change.stream_id)
    return done() if reason is None else dead(reason)


def _choose_correlation(changes: Collection[StreamChanged]) -> str:
    """The correlation id of all causes, or a new one where they differ."""
    correlation_ids = {change.correlation_id for change in changes}
    if len(correlation_ids) == 1:
        return correlation_ids.pop()
    correlation_id = str(uuid4())
    _logger.info("causes joined", correlation_id=correlation_id, causes=sorted(correlation_ids))
    return correlation_id
