"""Tells readers what changed in the graph."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from pydantic import BaseModel

from ami_lineage_contracts.hints import GRAPH_PROJECTED, GraphProjected

CHUNK: Final = 500
"""`GraphProjected.stream_ids` is at most this long."""


class HintPublisher(Protocol):
    """Publishes hints; `bus.EventPublisher` is one."""

    async def publish_hint(self, hint_type: str, hint: BaseModel) -> None:
        """Put the hint on the recorded bus."""


class Notifier:
    """Publishes `graph.projected`; repeating it is harmless."""

    def __init__(self, publisher: HintPublisher) -> None:
        self._publisher = publisher

    async def announce(
        self, generation: str, stream_ids: Iterable[str], checkpoint: datetime | None, correlation_id: str
    ) -> None:
        """These streams may look different in this generation."""
        ordered = sorted(stream_ids)
        for start in range(0, len(ordered), CHUNK):
            await self._publish(
                GraphProjected(
                    generation=generation,
                    checkpoint=checkpoint,
                    stream_ids=tuple(ordered[start : start + CHUNK]),
                    correlation_id=correlation_id,
                )
            )

    async def announce_everything(
        self, generation: str, checkpoint: datetime | None, correlation_id: str
    ) -> None:
        """The whole generation is new."""
        await self._publish(
            GraphProjected(
                generation=generation,
                checkpoint=checkpoint,
                stream_ids=(),
                everything=True,
                correlation_id=correlation_id,
            )
        )

    async def _publish(self, hint: GraphProjected) -> None:
        await self._publisher.publish_hint(GRAPH_PROJECTED, hint)
