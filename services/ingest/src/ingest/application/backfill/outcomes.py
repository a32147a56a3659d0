"""What a reading, an account and Region, and a whole run found and could not find."""

from pydantic import BaseModel, ConfigDict, Field

from ami_lineage_contracts.times import UtcDatetime


class ReadingOutcome(BaseModel):
    """One reading of one account and Region.

    `resources`: seen, by kind. `denied`, `lacking`: actions refused, and not offered there. `failed`: action
    and reason. `untold`: streams of what exists though no event after coverage began made it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: tuple[str, ...] = ()
    resources: dict[str, int] = Field(default_factory=dict)
    events: int = 0
    denied: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


class PlaceOutcome(BaseModel):
    """All readings of one account and Region; `reached` False: not even its role could be assumed.

    `home`: not a scan, but what is asked once, in the caller's own account.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_id: str
    region: str
    reached: bool = True
    home: bool = False
    asked: tuple[str, ...] = ()
    resources: dict[str, int] = Field(default_factory=dict)
    events: int = 0
    denied: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Account and Region, for people."""
        return f"{self.account_id}/{self.region}"

    @property
    def unanswered(self) -> frozenset[str]:
        """Actions that were not answered, for whatever reason but that they do not exist there."""
        return frozenset((*self.denied, *(each.partition(": ")[0] for each in self.failed)))


class Advice(BaseModel):
    """What to grant, and what that brings.

    `share`: by how much granting it lowers the unknown share of the run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str
    places: tuple[str, ...]
    loses: str
    share: float


class BackfillSummary(BaseModel):
    """What a run did. `unknown_share`: of all that was asked, per account, Region and action, what is unanswered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    started_at: UtcDatetime
    source: str
    accounts: int = 0
    regions: int = 0
    resources: dict[str, int] = Field(default_factory=dict)
    events: int = 0
    unknown_share: float = 0.0
    gaps_detected: int = 0
    gaps_closed: int = 0
    advice: tuple[Advice, ...] = ()
    failed: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    places: tuple[PlaceOutcome, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing was denied and nothing failed."""
        return not self.advice and not self.failed
