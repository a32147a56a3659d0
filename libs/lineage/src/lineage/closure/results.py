"""What closing gives: parents of an image, runs of an instance, or the streams that must be read first."""

from dataclasses import dataclass, field
from datetime import datetime

from ami_lineage_contracts.graph import Confidence, Method, TerminalReason


@dataclass(frozen=True, slots=True)
class Missing:
    """These streams are needed: load and fold them, and close again with all states together."""

    stream_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """An image from which the closed image was derived. `evidence`: event ids, the image's own event first."""

    image: str
    method: Method
    confidence: Confidence
    evidence: tuple[str, ...]
    valid_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageClosure:
    """Parents of an image, and why the chain ends where it does.

    `terminal_reason` may stand beside parents: a data volume may be proven while the root is not.
    `divergent`: EC2 names another source than the records prove. `reads`: streams on which the answer rests.
    """

    stream_id: str
    parents: tuple[Parent, ...] = ()
    terminal_reason: TerminalReason | None = None
    divergent: bool = False
    reads: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What an instance ran in [valid_from, valid_to); `image` None: not known, for `reason`.

    `change_id` is the event that put it at the root device. `valid_from` None: since before the records.
    """

    change_id: str
    image: str | None
    confidence: Confidence
    evidence: tuple[str, ...]
    valid_from: datetime | None
    valid_to: datetime | None
    reason: TerminalReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceClosure:
    """Runs of an instance in order of time; `terminal_reason` says why the newest is not known."""

    stream_id: str
    runs: tuple[Run, ...] = ()
    terminal_reason: TerminalReason | None = None
    reads: frozenset[str] = field(default=frozenset(), compare=False)
