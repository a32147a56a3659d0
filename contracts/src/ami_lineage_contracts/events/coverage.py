"""Events about accounts, and about how completely each account and Region is captured."""

from typing import Literal

from pydantic import Field

from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.times import UtcDatetime

CaptureSource = Literal["live", "archive", "import", "lookup", "backfill"]


class AccountObserved(Payload):
    """What Organizations said about an account; `path` is the organizational units from the root down."""

    name: str | None = None
    email: str | None = None
    status: str | None = None
    path: tuple[str, ...] = ()
    owner: str | None = None
    tags: dict[str, str] | None = None


class ScanCompleted(Payload):
    """A source was read for an account and Region: what it covers and what it could not see.

    `covers_from` to `covers_to`: the time of the history that was read; for a backfill both are its own time.
    `denied`: the AWS actions that were refused; what they would have told is unknown, not clean.
    """

    capture: CaptureSource
    covers_from: UtcDatetime | None = None
    covers_to: UtcDatetime | None = None
    resources: dict[str, int] = Field(default_factory=dict)
    denied: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class GapDetected(Payload):
    """Something happened that no source told: found by comparing what exists with what was recorded."""

    capture: CaptureSource
    gap_from: UtcDatetime | None = None
    gap_to: UtcDatetime | None = None
    reason: str
    resources: tuple[str, ...] = ()


class GapClosed(Payload):
    """A later source told what was missing."""

    gap_from: UtcDatetime | None = None
    gap_to: UtcDatetime | None = None
    reason: str


class CanarySeen(Payload):
    """The scheduled canary event of an account and Region arrived: capture works there."""

    sent_at: UtcDatetime
