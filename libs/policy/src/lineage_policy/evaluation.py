"""A whole policy over one image."""

from typing import Final, assert_never

from ami_lineage_contracts.events.decision import RuleVerdict, Verdict
from lineage_policy.document import LineageVerificationRule, Policy, RequiredTagsRule, Rule
from lineage_policy.facts import ImageFacts
from lineage_policy.rules.lineage_verification import check_lineage
from lineage_policy.rules.required_tags import check_required_tags
from lineage_policy.verdict import Outcome

_NEVER_SEEN: Final = Outcome(
    verdict="UNKNOWN",
    sentence="Other records name the image; nothing about it itself was recorded.",
    would_change="Observe the image (DescribeImages) or record its creation.",
)


def _check(rule: Rule, facts: ImageFacts) -> Outcome:
    if not facts.seen:
        return _NEVER_SEEN
    match rule:
        case RequiredTagsRule():
            return check_required_tags(rule.parameters, facts)
        case LineageVerificationRule():
            return check_lineage(rule.parameters, facts)
    assert_never(rule)


def evaluate_policy(policy: Policy, facts: ImageFacts) -> tuple[RuleVerdict, ...]:
    """Verdict of each rule, in the order of the policy."""
    return tuple(
        RuleVerdict(
            rule_id=rule.id, rule_kind=rule.kind, severity=rule.severity, **_check(rule, facts).model_dump()
        )
        for rule in policy.rules
    )


def build_status(verdicts: tuple[RuleVerdict, ...]) -> Verdict:
    """One word for all rules: a failure outweighs the unknown, the unknown outweighs a pass."""
    given = {verdict.verdict for verdict in verdicts}
    order: tuple[Verdict, ...] = ("FAIL", "UNKNOWN", "PASS")
    return next((verdict for verdict in order if verdict in given), "NOT_APPLICABLE")
