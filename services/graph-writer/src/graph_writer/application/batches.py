"""One batch of streams into every generation that is written; a stream that fails does not stop the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from bus import TransientBusError
from event_log import PermanentLogError, TransientLogError
from graph_store import PermanentGraphError, TransientGraphError
from graph_writer.application.gate import WriterGate
from graph_writer.application.projector import Projector
from graph_writer.errors import PermanentError, TransientError

TRANSIENT: Final = (TransientError, TransientLogError, TransientGraphError, TransientBusError)
"""Trying the same later may succeed."""
PERMANENT: Final = (PermanentError, PermanentLogError, PermanentGraphError)
"""Trying the same later fails again."""
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """`changed`: what may look different in the generation that readers see (None: they see none yet).

    `failed`: streams that cannot be projected, with the reason.
    """

    active: str | None
    changed: frozenset[str]
    failed: Mapping[str, str]


class BatchProjector:
    """Projects within the gate."""

    def __init__(self, gate: WriterGate, projector: Projector) -> None:
        self._gate = gate
        self._projector = projector

    async def project(self, stream_ids: Collection[str]) -> Batch:
        """Bring these streams into every generation that is written now.

        Raises:
            TransientError: or another of TRANSIENT; a repetition completes what is missing.
        """
        failed: dict[str, str] = {}
        changed: frozenset[str] = frozenset()
        async with self._gate.batch() as writable:
            for generation in writable.generations:
                there = await self._project(generation, stream_ids, failed)
                if writable.is_active(generation):
                    changed = there
            return Batch(None if writable.active is None else writable.active.name, changed, failed)

    async def _project(
        self, generation: str, stream_ids: Collection[str], failed: dict[str, str]
    ) -> frozenset[str]:
        """All together; when that fails for good, each alone."""
        try:
            return (await self._projector.project(generation, stream_ids)).changed
        except PERMANENT as error:
            if len(stream_ids) == 1:
                (stream_id,) = stream_ids
                failed[stream_id] = f"{type(error).__name__}: {error}"
                _logger.exception("projection failed", generation=generation, stream_id=stream_id)
                return frozenset()
        changed = set[str]()
        for stream_id in sorted(stream_ids):
            changed |= await self._project(generation, [stream_id], failed)
        return frozenset(changed)
