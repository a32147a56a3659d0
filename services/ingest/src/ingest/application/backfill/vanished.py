"""Finds what the log says exists and no scan saw: "not seen in scan", never a delete (AWS_FACTS 11)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from event_log import EventLog, LogCursor
from ingest.application.backfill.outcomes import PlaceOutcome
from ingest.application.backfill.ports import BackfillStore
from ingest.application.backfill.questions import (
    CONFIGURATIONS,
    GROUPS,
    IMAGES,
    INSTANCES,
    RECYCLE_BIN,
    SNAPSHOTS,
    TEMPLATES,
)
from ingest.domain.coverage import find_owner_of_living

_LISTED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "image": (IMAGES.action, RECYCLE_BIN.action),
    "instance": (INSTANCES.action,),
    "snapshot": (SNAPSHOTS.action,),
    "launch-template": (TEMPLATES.action,),
    "auto-scaling-group": (GROUPS.action,),
    "launch-configuration": (CONFIGURATIONS.action,),
}
"""Which answers list all there is of a kind; a volume may end with its instance and leaves no record then."""

_BATCH: Final = 100


async def follow_log(log: EventLog, store: BackfillStore) -> None:
    """Learns which streams the log has got since the last run.

    Raises:
        TransientLogError: the log does not answer.
    """
    stored = store.find_cursor()
    cursor = None if stored is None else LogCursor.model_validate_json(stored)
    while (page := await log.read_since(cursor)).stream_ids:
        cursor = page.cursor
        store.add_streams(page.stream_ids, cursor.model_dump_json())


async def find_vanished(
    log: EventLog, store: BackfillStore, places: Sequence[PlaceOutcome], started_at: datetime
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Streams by account and Region; only of kinds that a scan listed to the end there.

    Raises:
        TransientLogError: the log does not answer.
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, actions in _LISTED_BY.items():
        listed: dict[str, set[str]] = defaultdict(set)
        for place in places:
            if place.reached and all(_was_listed(place, action) for action in actions):
                listed[place.region].add(place.account_id)
        for region, accounts in listed.items():
            after = ""
            while streams := store.list_unseen(kind, region, after, _BATCH):
                after = streams[-1]
                histories = await log.read_streams(streams)
                ended = []
                for stream_id in streams:
                    owner, is_over = find_owner_of_living(stream_id, histories[stream_id], started_at)
                    if is_over:
                        ended.append(stream_id)
                    elif owner in accounts:
                        found[owner, region].append(stream_id)
                store.mark_ended(ended)
    return {place: tuple(streams) for place, streams in found.items()}


def _was_listed(place: PlaceOutcome, action: str) -> bool:
    return action in place.asked and action not in place.unanswered
