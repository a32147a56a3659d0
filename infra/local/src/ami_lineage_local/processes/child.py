"""What the supervisor needs to know about a child."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class NotReadyError(Exception):
    """The probe's answer: not yet; its text says what is missing."""


def always_ready() -> None:
    """Probe of a child that has nothing to ask."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One start of a child on the port it was built for.

    `probe` raises NotReadyError until a real question is answered. Times are in seconds.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    probe: Callable[[], None] = always_ready
    ready_timeout: float = 60.0
    grace: float = 10.0


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """A child over all its starts: `build` makes the spec for a port (0 for a child without one).

    With `fixed_port` that port or none is used; otherwise a free one is taken, and another when the first
    start fails. A restart keeps the port. `on_ready` runs each time the child has become ready, before it
    counts as ready.
    """

    name: str
    build: Callable[[int], ChildSpec]
    listens: bool = True
    fixed_port: int | None = None
    on_ready: Callable[[int], None] = field(default=lambda _port: None)
