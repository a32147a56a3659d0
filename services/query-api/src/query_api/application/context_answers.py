"""Shape of the security context."""

from typing import Literal

from ami_lineage_contracts.events.decision import RuleVerdict, Verdict
from query_api.application.answers import Answer, Coverage, Node, Unknown


class Compliance(Answer):
    """Verdicts about an image. Without an evaluation the status is UNKNOWN, never PASS."""

    status: Verdict = "UNKNOWN"
    policy: str | None = None
    policy_digest: str | None = None
    checkpoint: str | None = None
    verdicts: tuple[RuleVerdict, ...] = ()
    patch_level: None = None


class Vulnerabilities(Answer):
    """No scan result is read yet, so nothing is said to be clean."""

    scan_status: Literal["UNKNOWN"] = "UNKNOWN"
    findings: tuple[str, ...] = ()
    introduced_at: None = None


class LineageSummary(Answer):
    """Nearest relatives. `root`: the last known ancestor when there is one end only."""

    parents: tuple[Node, ...]
    children: tuple[Node, ...]
    children_truncated: bool
    root: str | None
    confidence: str | None
    terminal_reason: str | None


class Usage(Answer):
    """Who uses an image: instances that run it or ran it, as recorded."""

    instances: int


class SourceValidation(Answer):
    """Whether the source may be trusted; not evaluated yet, so unknown."""

    kind: str = "unknown"
    owner: str | None = None
    publisher: str | None = None
    marketplace: bool | None = None
    trusted: bool | None = None
    approved_root: bool | None = None
    reasons: tuple[str, ...] = ()


class SecurityContextAnswer(Answer):
    """All that decides whether an image may be used."""

    image: Node
    source_validation: SourceValidation
    compliance: Compliance | None = None
    vulnerabilities: Vulnerabilities
    approval: None = None
    lineage: LineageSummary
    usage: Usage
    coverage: Coverage
    unknowns: tuple[Unknown, ...]
