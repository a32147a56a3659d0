"""Records decisions: log first, then the bus, then the verdict table.

The table is put last: while it lags behind the log, the log refuses the next decision about the image
because its place is taken; then the log is read, and what a crash left undone is made good.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events.decision import ComplianceChanged
from ami_lineage_contracts.stream_ids import compliance_stream
from ami_lineage_contracts.verdicts import CurrentVerdict
from bus import EventPublisher
from event_log import EventLog, RecordEntry
from policy_engine.application.ports import VerdictTable
from policy_engine.domain.decisions import Cause, build_compliance_event, to_current_verdict

NOTIFY_WITHIN: Final = timedelta(minutes=15)
"""A recorded event that may not have been published is published again only while it is news (DESIGN 7)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What has to be recorded, behind the decision that it replaces."""

    changed: ComplianceChanged
    behind_sequence: int


class DecisionRecorder:
    """The last decision about each image, and new ones behind them."""

    def __init__(
        self, log: EventLog, verdicts: VerdictTable, publisher: EventPublisher, now: Callable[[], datetime]
    ) -> None:
        self._log = log
        self._verdicts = verdicts
        self._publisher = publisher
        self._now = now

    async def find_last(
        self, images: Collection[str], distrusted: Collection[str] = ()
    ) -> Mapping[str, CurrentVerdict]:
        """The last decisions by the table, and by the log where the table is not to be trusted.

        An image that the table does not have is taken for one without decisions. If it has some, because
        the table was lost or lags, then the log refuses a first one, and the caller distrusts the table.
        """
        held = await self._verdicts.find_verdicts(images)
        return {**held, **await self._repair(list(distrusted), held)}

    async def repair(self, images: Collection[str]) -> frozenset[str]:
        """Bring the table to the last decision of the log; returns the images for which it lagged."""
        return frozenset(await self._repair(list(images), await self._verdicts.find_verdicts(images)))

    async def _repair(
        self, images: Sequence[str], held: Mapping[str, CurrentVerdict]
    ) -> dict[str, CurrentVerdict]:
        if not images:
            return {}
        streams = await self._log.read_streams([compliance_stream(image) for image in images])
        newer = dict[str, CurrentVerdict]()
        news = list[EventEnvelope]()
        for image in images:
            events = streams.get(compliance_stream(image), ())
            if not events:
                continue
            last = to_current_verdict(events[-1], None)
            if image not in held or held[image].sequence < last.sequence:
                newer[image] = last
                if self._now() - events[-1].recorded_at < NOTIFY_WITHIN:
                    news.append(events[-1])
        await self._publish(news)
        await self._verdicts.put_newer(list(newer.values()))
        return newer

    async def record(
        self, decisions: Iterable[Decision], checkpoint: datetime, cause: Cause
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Append these decisions; returns the images where it was done, and where somebody else was faster."""
        decided = list(decisions)
        if not decided:
            return frozenset(), frozenset()
        given = [
            build_compliance_event(decision.changed, decision.behind_sequence + 1, cause)
            for decision in decided
        ]
        # Many streams in one transaction. Each event has its place in its stream: one that is taken refuses it.
        outcome = await self._log.append([RecordEntry(events=(event,)) for event in given])
        recorded = [event for event in outcome.events if event.event_id in outcome.new_event_ids]
        await self._publish(recorded)
        current = [to_current_verdict(event, checkpoint) for event in recorded]
        await self._verdicts.put_newer(current)
        done = frozenset(verdict.resource for verdict in current)
        return done, frozenset(decision.changed.resource for decision in decided) - done

    async def _publish(self, events: Sequence[EventEnvelope]) -> None:
        if events:
            await self._publisher.publish(events)
