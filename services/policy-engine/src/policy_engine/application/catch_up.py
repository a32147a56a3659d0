"""Follows the log, so that no verdict depends on a hint that got lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import structlog

from ami_lineage_contracts.stream_ids import stream_kind
from event_log import EventLog, LogCursor, LogPage
from policy_engine.application.evaluation import Evaluator
from policy_engine.application.gathering import FactGatherer, Standpoint
from policy_engine.application.ports import Position, VerdictTable
from policy_engine.application.recording import DecisionRecorder

COMPLIANCE_PREFIX: Final = "compliance/"
GRAPH_KINDS: Final = ("image", "snapshot", "volume", "instance")
ENOUGH: Final = 20_000
"""Changed streams after which a delta is evaluated before more is read: bounds memory."""
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Delta:
    """Streams that changed up to `cursor`; `at_end`: nothing more is to be read now."""

    streams: frozenset[str]
    cursor: LogCursor
    at_end: bool


class CatchUp:
    """Evaluates what changed in the log since the last run, and everything when it is all new.

    Everything is new when there is no position (first start, lost table), when the graph was rebuilt, and
    when the policy is another one than before.
    """

    def __init__(
        self,
        policy_digest: str,
        log: EventLog,
        verdicts: VerdictTable,
        facts: FactGatherer,
        evaluator: Evaluator,
        recorder: DecisionRecorder,
    ) -> None:
        self._policy_digest = policy_digest
        self._log = log
        self._verdicts = verdicts
        self._facts = facts
        self._evaluator = evaluator
        self._recorder = recorder
        self._position: Position | None = None
        self._cursor: LogCursor | None = None
        self._held: LogPage | None = None
        self._everything_asked = False

    def ask_everything(self) -> None:
        """The next run evaluates all images."""
        self._everything_asked = True

    async def run(self) -> int:
        """Evaluate everything recorded up to the graph's checkpoint; returns the decisions recorded.

        The position moves only when all that lies before it was evaluated.

        Raises:
            TransientError: of any kind; the next run starts where this one did not get past.
        """
        standpoint = await self._facts.get_standpoint()
        recorded = 0
        all_new = await self._is_all_new(standpoint)
        if all_new:
            recorded += await self._evaluate_everything(standpoint)
        while True:
            delta = await self._read_delta(standpoint)
            changed = await self._recorder.repair(_list_decided(delta.streams))
            if not all_new:
                changed |= {one for one in delta.streams if stream_kind(one) in GRAPH_KINDS}
            recorded += await self._evaluate(standpoint, changed)
            await self._move(standpoint, delta.cursor)
            if delta.at_end:
                return recorded

    async def _is_all_new(self, standpoint: Standpoint) -> bool:
        if self._position is None:
            self._position = await self._verdicts.find_position()
            if self._position is not None:
                self._cursor = LogCursor(recorded_at=self._position.recorded_at)
        return (
            self._everything_asked
            or self._position is None
            or self._position.generation != standpoint.generation
            or self._position.policy_digest != self._policy_digest
        )

    async def _evaluate_everything(self, standpoint: Standpoint) -> int:
        _logger.info("evaluating everything", generation=standpoint.generation, policy=self._policy_digest)
        self._everything_asked = False
        try:
            recorded = await self._evaluator.evaluate(standpoint, None, str(uuid4()))
        except BaseException:
            self._everything_asked = True
            raise
        # What the graph held was evaluated just now; the log is still read for decisions that a crash left.
        await self._move(standpoint, self._cursor or LogCursor(recorded_at=standpoint.checkpoint))
        return recorded

    async def _read_delta(self, standpoint: Standpoint) -> _Delta:
        """Read up to the checkpoint: a page that reaches beyond it is held until the graph has caught up."""
        cursor, streams = self._require_cursor(), set[str]()
        while True:
            held, self._held = self._held, None
            page = held or await self._log.read_since(cursor)
            if page.event_count and page.cursor.recorded_at > standpoint.checkpoint:
                self._held = page
                return _Delta(frozenset(streams), cursor, at_end=True)
            cursor = page.cursor
            streams |= page.stream_ids
            at_end = held is None and cursor.position is None
            if at_end or len(streams) >= ENOUGH:
                return _Delta(frozenset(streams), cursor, at_end)

    def _require_cursor(self) -> LogCursor:
        if self._cursor is None:
            raise RuntimeError("a position is known or everything was evaluated before the log is read")
        return self._cursor

    async def _evaluate(self, standpoint: Standpoint, changed: frozenset[str]) -> int:
        if not changed:
            return 0
        affected = await self._facts.find_affected(standpoint.generation, changed)
        return await self._evaluator.evaluate(standpoint, affected, str(uuid4()))

    async def _move(self, standpoint: Standpoint, cursor: LogCursor) -> None:
        position = Position(
            recorded_at=cursor.recorded_at,
            generation=standpoint.generation,
            policy_digest=self._policy_digest,
        )
        if position != self._position:
            await self._verdicts.put_position(position)
        self._position, self._cursor = position, cursor


def _list_decided(streams: Iterable[str]) -> list[str]:
    """Resources about which one of these streams holds decisions."""
    return [one.removeprefix(COMPLIANCE_PREFIX) for one in streams if one.startswith(COMPLIANCE_PREFIX)]
