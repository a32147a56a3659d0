"""What closing gives: parents of an image, runs of an instance, launches of a group, or what must be read first."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ami_lineage_contracts.graph import Confidence, Method, TerminalReason


@dataclass(frozen=True, slots=True)
class Missing:
    """Load and fold these streams, find who speaks of these vertices, and close again with all of it together.

    `spoken_of`: vertices into which the edges SPEAKS_OF are needed; the answer is the streams that own them.
    """

    stream_ids: frozenset[str]
    spoken_of: frozenset[str] = frozenset()


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
    `divergent`: AWS names another source than the records prove, or a watermark an image that is no ancestor.
    `reads`: streams on which the parents rest. `ancestor_reads`: those on which only `divergent` rests; they are
    not found over fact edges, so whoever writes the closure looks at them again afterwards.
    """

    stream_id: str
    parents: tuple[Parent, ...] = ()
    terminal_reason: TerminalReason | None = None
    divergent: bool = False
    reads: frozenset[str] = field(default=frozenset(), compare=False)
    ancestor_reads: frozenset[str] = field(default=frozenset(), compare=False)


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


LaunchUnknown = Literal[
    "settings_unseen",
    "name_unresolved",
    "template_unseen",
    "version_unseen",
    "template_deleted",
    "parameter_unseen",
    "parameter_hidden",
    "parameter_deleted",
    "configuration_unseen",
    "instance_unseen",
    "no_image",
]
"""Why a way of a group leads to no image; the last says that it is known to name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a scale-out in [valid_from, valid_to) would start; None: since before the records, and still."""

    image: str
    evidence: tuple[str, ...]
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLaunch:
    """A time in which at least one way of a group led to no image that is known."""

    reason: LaunchUnknown
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupClosure:
    """Images that an auto scaling group would launch when, and when that is not known."""

    stream_id: str
    launches: tuple[Launch, ...] = ()
    unknowns: tuple[UnknownLaunch, ...] = ()
    reads: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def launches_unknown(self) -> str | None:
        """Why what it would launch now is not wholly known, reasons joined by commas; None: it is known."""
        reasons = {each.reason for each in self.unknowns if each.valid_to is None}
        return ",".join(sorted(reasons)) or None
