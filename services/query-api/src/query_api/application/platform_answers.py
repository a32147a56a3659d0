"""Shapes of the answers about the whole."""

from typing import Literal

from query_api.application.answers import Answer, Coverage, CoverageRow, Node


class EndCount(Answer):
    """Images without a known parent, by the reason why."""

    terminal_reason: str
    images: int


class LabelledCount(Answer):
    """A number with its label."""

    label: str
    count: int


class OverviewAnswer(Answer):
    """The whole at a glance."""

    counts: dict[str, int]
    images_by_state: tuple[LabelledCount, ...]
    images_by_account: tuple[LabelledCount, ...]
    images_by_region: tuple[LabelledCount, ...]
    images_by_method: tuple[LabelledCount, ...]
    images_by_confidence: tuple[LabelledCount, ...]
    instances_by_state: tuple[LabelledCount, ...]
    ends: tuple[EndCount, ...]
    recent: tuple[Node, ...]
    generation: str
    checkpoint: str
    checkpoint_lag_seconds: float | None


class Explanation(Answer):
    """How much of what is unknown one missing source explains, in one account and Region; null is not known."""

    source: str
    account_id: str | None = None
    account_name: str | None = None
    region: str | None = None
    images: int
    instances: int
    auto_scaling_groups: int
    denied: tuple[str, ...] = ()
    advice: str


class CoverageAnswer(Answer):
    """Per account and Region: since when, from what, until when, gaps, and what is not known.

    `unknown_things` counts images, instances and groups of which something is unknown; `explanations` (only when
    asked for) say which source would fill how many of them, the most first.
    """

    regions: tuple[CoverageRow, ...]
    complete: Literal["unknown", "no"] = "unknown"
    detail: str = Coverage.model_fields["detail"].default
    unknown_things: int = 0
    explanations: tuple[Explanation, ...] | None = None


class GenerationView(Answer):
    """A generation of the graph."""

    name: str
    state: str
    fold_version: int | str | None = None
    created_at: str | None = None


class GenerationsAnswer(Answer):
    """Which generation answers; everything recorded up to `checkpoint` is in it."""

    active: str
    checkpoint: str
    generations: tuple[GenerationView, ...] = ()
