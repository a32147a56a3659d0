"""Events of decision streams, written by policy-engine."""

from typing import Literal

from ami_lineage_contracts.events.payload import Payload

Verdict = Literal["PASS", "FAIL", "NOT_APPLICABLE", "UNKNOWN"]


class RuleVerdict(Payload):
    """Outcome of one rule for one resource, with a sentence a person can act on."""

    rule_id: str
    rule_kind: str
    severity: Literal["low", "medium", "high", "critical"]
    verdict: Verdict
    sentence: str
    evidence: tuple[str, ...] = ()
    would_change: str | None = None


class PolicyActivated(Payload):
    """A policy is in force from here on; `document` is the YAML text, `digest` its sha256."""

    name: str
    digest: str
    activated_by: str
    document: str


class ComplianceChanged(Payload):
    """The verdicts about a resource are these now."""

    resource: str
    policy: str
    policy_digest: str
    status: Verdict
    previous_status: Verdict | None = None
    verdicts: tuple[RuleVerdict, ...]
