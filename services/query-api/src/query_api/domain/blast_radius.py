"""What an instance has to do with affected images: runs one, ran one, or nobody knows (pure).

Only an open run of an affected image makes an instance affected. One whose root was replaced away ran it once:
that is exposure. One of which no open run is recorded is unknown, never clean.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from graph_store.models import Edge, Vertex

GONE: Final = frozenset({"terminated", "shutting-down"})
"""States in which an instance runs nothing any more."""
GoneBecause = Literal["terminated", "root_replaced", "not_known"]


@dataclass(frozen=True)
class Window:
    """A time that is asked about, as key times; None is open."""

    begin: str | None = None
    end: str | None = None

    def overlaps(self, begin: str | None, end: str | None) -> bool:
        """Whether [begin, end) has a moment in common with the window; None reaches as far as time does."""
        starts_before_end = self.end is None or begin is None or begin < self.end
        return starts_before_end and (self.begin is None or end is None or end > self.begin)


@dataclass(frozen=True)
class Exposed:
    """A time in which an instance ran an affected image, and why it does so no longer.

    `ran_to` None with `because` "not_known": until when is not recorded.
    """

    image: str
    ran_from: str | None
    ran_to: str | None
    because: GoneBecause


@dataclass(frozen=True)
class Standing:
    """What is known of one instance."""

    runs: Edge | None
    """The open run of an affected image."""
    exposed: tuple[Exposed, ...]
    unknown: bool
    """It lives, was started from or ran an affected image, and what it runs now is not recorded."""


def find_standing(
    instance: Vertex, edges: Iterable[Edge], affected: Collection[str], *, runs_another: bool, window: Window
) -> Standing:
    """Where an instance stands.

    `edges`: its RUNS and LAUNCHED_FROM edges; those into other images count for nothing.
    `runs_another`: it has an open run of an image that is not affected.
    """
    touching = sorted(
        (edge for edge in edges if edge.target in affected), key=lambda edge: _text(edge, "valid_from") or ""
    )
    runs = [edge for edge in touching if edge.label == "RUNS"]
    gone = instance.properties.get("state") in GONE
    current = None if gone else next((edge for edge in reversed(runs) if not _text(edge, "valid_to")), None)
    ended = _find_end(instance) if gone else None
    exposed = [
        Exposed(
            edge.target,
            _text(edge, "valid_from"),
            _text(edge, "valid_to") or ended,
            _explain(gone=gone, runs_another=runs_another or current is not None),
        )
        for edge in runs
        if edge is not current
    ]
    launched = [edge for edge in touching if edge.label == "LAUNCHED_FROM"]
    if launched and not runs and (gone or runs_another):
        begin = _property(instance, "launched_at") or _text(launched[0], "occurred_at")
        because = _explain(gone=gone, runs_another=runs_another)
        exposed.append(Exposed(launched[0].target, begin, ended, because))
    return Standing(
        runs=current,
        exposed=tuple(each for each in exposed if window.overlaps(each.ran_from, each.ran_to)),
        unknown=not gone and current is None and not runs_another,
    )


def _explain(*, gone: bool, runs_another: bool) -> GoneBecause:
    if gone:
        return "terminated"
    return "root_replaced" if runs_another else "not_known"


def _find_end(instance: Vertex) -> str | None:
    return _property(instance, "terminated_at") or _property(instance, "last_event_at")


def _property(vertex: Vertex, name: str) -> str | None:
    value = vertex.properties.get(name)
    return None if value is None or value == "" else str(value)


def _text(edge: Edge, name: str) -> str | None:
    value = edge.properties.get(name)
    return None if value is None or value == "" else str(value)
