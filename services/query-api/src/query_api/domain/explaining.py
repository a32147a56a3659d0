"""Which missing source explains what is unknown (pure): one source for each unknown thing, the surest first."""

from dataclasses import dataclass
from typing import Final, Literal

from graph_store.models import Vertex
from query_api.domain.capture import Captured

Source = Literal[
    "foreign_account",
    "region_not_captured",
    "denied_permission",
    "history_before_coverage",
    "observation_off",
    "gap_or_hollow_record",
]
ADVICE: Final[dict[Source, str]] = {
    "foreign_account": "It belongs to an account outside. Ask its owner, or add the account if it is yours.",
    "region_not_captured": "No source ever covered this account and Region. Import its trail and run "
    "`ami-lineage backfill` there.",
    "denied_permission": "The last reading was refused these actions. Grant them to the role and run "
    "`ami-lineage backfill` again.",
    "history_before_coverage": "It was made before the history that was read. Import older CloudTrail files.",
    "observation_off": "Events alone do not say it, and nothing was ever described there. Run "
    "`ami-lineage backfill`.",
    "gap_or_hollow_record": "The record that would say it is missing or was omitted in part. Import the archive "
    "for the gaps that are listed; a later `ami-lineage backfill` fills what still exists.",
}
OPEN_REASONS: Final = frozenset({"before_recorded_history", "missing_event", "foreign_account"})


@dataclass(frozen=True)
class UnknownThing:
    """Something that is unknown, where, and why the graph says so."""

    kind: Literal["image", "instance", "auto_scaling_group"]
    account_id: str | None
    region: str | None
    reason: str
    made_at: str | None


def find_unknown(vertex: Vertex) -> UnknownThing | None:
    """What is not known of an image, an instance or a group; None where nothing is missing."""
    get = vertex.properties.get
    reason = str(get("terminal_reason") or "")
    kind: Literal["image", "instance", "auto_scaling_group"]
    if vertex.label == "AutoScalingGroup":
        kind, reason = "auto_scaling_group", str(get("launches_unknown") or "")
        unknown = bool(reason)
    elif vertex.label == "Image":
        kind = "image"
        unknown = reason in OPEN_REASONS
    else:
        kind = "instance"
        unknown = reason in OPEN_REASONS or (not reason and get("confidence") in {None, "unknown"})
    if get("placeholder") is True:
        unknown, reason = True, reason or "not_recorded"
    if not unknown:
        return None
    made = get("created_at") or get("launched_at")
    account, region = get("account_id"), get("region")
    return UnknownThing(
        kind,
        str(account) if account else None,
        str(region) if region else None,
        reason or "not_recorded",
        str(made) if made else None,
    )


def find_source(thing: UnknownThing, captured: Captured | None, since: str | None) -> Source:
    """The source that would most surely fill it; `since`: begin of the history that was read there."""
    if thing.reason == "foreign_account":
        return "foreign_account"
    if captured is None:
        return "region_not_captured"
    if captured.denied or captured.failed:
        return "denied_permission"
    if thing.kind == "image" and thing.reason in {"before_recorded_history", "not_recorded"}:
        return "history_before_coverage"
    if thing.made_at is not None and since is not None and thing.made_at < since:
        return "history_before_coverage"
    return "observation_off" if captured.described_at is None else "gap_or_hollow_record"
