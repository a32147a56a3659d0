"""History: every event of an image, as it happened."""

import json
from typing import Final

from ami_lineage_contracts.stream_ids import compliance_stream
from ami_lineage_contracts.times import to_key_time
from query_api.application.accounts import name_account
from query_api.application.answers import EventView, HistoryAnswer
from query_api.application.images import ImageFinder
from query_api.application.ports import EventReader
from query_api.application.surroundings import Surroundings
from query_api.application.views import keep_newest, to_event, to_node
from query_api.domain.csv_cells import to_csv
from query_api.domain.cursors import CursorCodec
from query_api.domain.moments import Cut

PRESENT: Final = Cut()


class HistoryService:
    """Answers questions about what happened to an image."""

    def __init__(
        self, events: EventReader, finder: ImageFinder, cursors: CursorCodec, surroundings: Surroundings
    ) -> None:
        self._events = events
        self._finder = finder
        self._cursors = cursors
        self._surroundings = surroundings

    async def answer(self, name: str, limit: int, cursor: str | None, cut: Cut = PRESENT) -> HistoryAnswer:
        """A page of events, the oldest first."""
        question = f"history|{name}|{cut.key}"
        position = self._cursors.decode(question, cursor) if cursor else None
        image = await self._finder.get_image(name)
        streams = await self._events.read_streams([image.id, compliance_stream(image.id)])
        events = keep_newest(event for stream in streams.values() for event in cut.keep(stream))
        if position is not None:
            behind = (str(position[0]), str(position[1]))
            events = [
                event for event in events if (to_key_time(event.occurred_at), str(event.event_id)) > behind
            ]
        page, more = events[:limit], len(events) > limit
        last = page[-1] if page else None
        around = await self._surroundings.load([image])
        return HistoryAnswer(
            image=name_account(to_node(image, 0), around.accounts),
            events=tuple(to_event(event) for event in page),
            next_cursor=self._cursors.encode(question, [to_key_time(last.occurred_at), str(last.event_id)])
            if last is not None and more
            else None,
            coverage=around.coverage,
            as_of=cut.as_of_key,
            known_at=cut.known_at_key,
        )


CSV_HEADER = (
    "event_id",
    "event_type",
    "occurred_at",
    "recorded_at",
    "actor_arn",
    "source_identity",
    "source_ip",
    "source_kind",
    "record_id",
    "data",
)


def to_history_csv(events: tuple[EventView, ...]) -> str:
    """The events as CSV; `data` stays JSON."""
    return to_csv(CSV_HEADER, (_to_row(event) for event in events))


def _to_row(event: EventView) -> tuple[object, ...]:
    actor = event.actor
    return (
        event.event_id,
        event.event_type,
        event.occurred_at,
        event.recorded_at,
        actor.arn if actor else None,
        actor.source_identity if actor else None,
        actor.source_ip if actor else None,
        event.source.kind,
        event.source.record_id,
        json.dumps(event.data, sort_keys=True),
    )
