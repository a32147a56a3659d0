"""Diff: what changed of an image between two times."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from ami_lineage_contracts.times import to_key_time
from graph_store.models import Edge
from lineage import fold, project
from query_api.application.accounts import name_account
from query_api.application.answers import Unknown
from query_api.application.images import ImageFinder
from query_api.application.past import Past
from query_api.application.ports import EventReader, GraphReader
from query_api.application.surroundings import Surroundings
from query_api.application.usage_answers import Change, DiffAnswer, RelativeChange
from query_api.application.views import find_unknowns, keep_newest, read_text, to_event, to_node
from query_api.domain.moments import Cut
from query_api.errors import FieldError, InvalidRequestError

EDGES_LIMIT: Final = 25_000
EVENTS_LIMIT: Final = 1000
LEFT_OUT: Final = frozenset({"event_count", "event_hash", "last_event_at", "first_event_at", "placeholder"})
"""Bookkeeping, not a change of the image."""


class DiffService:
    """Answers what changed."""

    def __init__(
        self, graph: GraphReader, events: EventReader, finder: ImageFinder, surroundings: Surroundings
    ) -> None:
        self._graph = graph
        self._events = events
        self._finder = finder
        self._surroundings = surroundings

    async def answer(self, name: str, begin: datetime, end: datetime) -> DiffAnswer:
        """Changes in (begin, end].

        Raises:
            InvalidRequestError: it ends before it begins.
        """
        if begin >= end:
            raise InvalidRequestError("`to` must lie behind `from`.", (FieldError("to", "not behind from"),))
        image = await self._finder.get_image(name)
        past = Past(self._events, self._graph, Cut(as_of=end))
        streams, parents, children, users, around = await asyncio.gather(
            past.read([image.id]),
            self._graph.find_neighbours([image.id], ["DERIVED_FROM"], outgoing=True, limit=EDGES_LIMIT),
            self._graph.find_neighbours([image.id], ["DERIVED_FROM"], outgoing=False, limit=EDGES_LIMIT),
            self._graph.find_neighbours([image.id], ["RUNS"], outgoing=False, limit=EDGES_LIMIT),
            self._surroundings.load([image]),
        )
        events = keep_newest(streams[image.id])
        before = [event for event in events if event.occurred_at <= begin]
        after = [event for event in events if event.occurred_at <= end]
        between = [event for event in after if event.occurred_at > begin]
        window = (to_key_time(begin), to_key_time(end))
        made = read_text(image.properties.get("created_at"))
        existed = bool(before) or (made is not None and made <= window[0])
        node = name_account(to_node(image, 0), around.accounts)
        unknowns = find_unknowns([node])
        if existed and not before:
            unknowns.append(
                Unknown(
                    subject=image.id,
                    reason="state_then_unknown",
                    detail="It existed at `from`, but no event by then is recorded: changes of its state, tags and "
                    "sharing may be first sights.",
                )
            )
        return DiffAnswer(
            image=node,
            window_from=window[0],
            window_to=window[1],
            existed_before=existed,
            changes=tuple(
                _compare(
                    project(fold(image.id, before)).vertex.properties if before else {},
                    project(fold(image.id, after)).vertex.properties if after else {},
                )
            ),
            parents=_list_changes(parents.edges, window, outgoing=True),
            children=_list_changes(children.edges, window, outgoing=False),
            instances=_list_changes(users.edges, window, outgoing=False),
            events=tuple(to_event(event) for event in between[:EVENTS_LIMIT]),
            truncated=len(between) > EVENTS_LIMIT
            or parents.truncated
            or children.truncated
            or users.truncated,
            coverage=around.coverage,
            unknowns=tuple(unknowns),
        )


def _compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Change]:
    """Properties that differ; tags one by one."""
    old, new = _flatten(before), _flatten(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Change(what=name, before=old.get(name), after=new.get(name))


def _flatten(properties: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in properties.items():
        if name in LEFT_OUT:
            continue
        parsed = json.loads(value) if isinstance(value, str) and value[:1] in {"[", "{"} else value
        if name == "tags" and isinstance(parsed, dict):
            flat |= {f"tags.{key}": item for key, item in parsed.items()}
        else:
            flat[name] = parsed
    return flat


def _list_changes(
    edges: Iterable[Edge], window: tuple[str, str], *, outgoing: bool
) -> tuple[RelativeChange, ...]:
    begin, end = window
    found = []
    for edge in edges:
        other = edge.target if outgoing else edge.source
        for name, change in (("valid_from", "added"), ("valid_to", "ended")):
            at = read_text(edge.properties.get(name))
            if at is not None and begin < at <= end:
                found.append(RelativeChange(id=other, change=change, at=at))
    return tuple(sorted(found, key=lambda each: (each.at or "", each.id)))
