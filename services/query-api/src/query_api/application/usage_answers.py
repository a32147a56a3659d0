"""Shapes of usage, and of what changed between two times."""

from typing import Any

from query_api.application.answers import Answer, Coverage, EventView, InstanceRow, Node, Unknown
from query_api.application.impact_answers import GroupRow, Launch, ReferrerRow


class LaunchCount(Answer):
    """Launches of an image by one principal in one account; null is not known."""

    principal: str | None = None
    account_id: str | None = None
    account_name: str | None = None
    owner: str | None = None
    launches: int
    first_at: str | None = None
    last_at: str | None = None


class UsageAnswer(Answer):
    """Who launches an image itself (not its descendants), what runs it now, and what refers to it."""

    image: Node
    launches: int
    launches_by: tuple[LaunchCount, ...]
    running: int
    instances: tuple[InstanceRow, ...]
    auto_scaling_groups: tuple[GroupRow, ...]
    references: tuple[ReferrerRow, ...]
    latent: tuple[Launch, ...]
    truncated: bool
    coverage: Coverage
    unknowns: tuple[Unknown, ...]


class Change(Answer):
    """One thing that differs; `before` null where it was not there, or not known."""

    what: str
    before: Any = None
    after: Any = None


class RelativeChange(Answer):
    """A relative or an instance that came or went; `at`: when."""

    id: str
    change: str
    at: str | None = None


class DiffAnswer(Answer):
    """What changed of an image between two times; `existed_before` false: it was made in between."""

    image: Node
    window_from: str
    window_to: str
    existed_before: bool
    changes: tuple[Change, ...]
    parents: tuple[RelativeChange, ...]
    children: tuple[RelativeChange, ...]
    instances: tuple[RelativeChange, ...]
    events: tuple[EventView, ...]
    truncated: bool
    coverage: Coverage
    unknowns: tuple[Unknown, ...]
