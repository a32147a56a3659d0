"""What the state of every stream tells, whatever its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSummary:
    """Facts that every stream has; None is "not known", never "none".

    `event_count` and `event_hash` are over all events of the stream, in every normaliser version, those that
    this code cannot read included (`ignored_count`): the set grows only, so the higher count is the newer set.
    `tags_complete`: the absence of a tag proves that the resource has none of this name.
    `uncertain` names the attributes that contradictory events of one second set (`state`, `tags`, `sharing`).
    """

    stream_id: str
    kind: str
    partition: str
    region: str | None
    resource_id: str
    event_count: int
    event_hash: str
    ignored_count: int
    first_event_at: datetime | None
    last_event_at: datetime | None
    created_at: datetime | None = None
    created_by: str | None = None
    owner_account_id: str | None = None
    state: str | None = None
    name: str | None = None
    tags: Mapping[str, str]
    tags_complete: bool = False
    uncertain: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether any event speaks of the resource; a stream without events is only referred to."""
        return self.event_count > 0
