"""The outcome of one rule, before it is put beside the rule's name."""

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.events.decision import Verdict


class Outcome(BaseModel):
    """A verdict, the sentence that explains it, and what would change it."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    sentence: str
    evidence: tuple[str, ...] = ()
    would_change: str | None = None
