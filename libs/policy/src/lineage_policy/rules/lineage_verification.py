"""`lineage_verification`: every line of descent meets an approved image, each step known well enough."""

from typing import Final

from ami_lineage_contracts.graph import CONFIDENCE_ORDER, TerminalReason
from lineage_policy.document import LineageVerificationParameters
from lineage_policy.facts import ImageFacts, LineageNode
from lineage_policy.verdict import Outcome

PROVEN_ELSEWHERE: Final[dict[TerminalReason, str]] = {
    "external_import": "was imported from outside AWS",
    "direct_block_write": "was written block by block or from a blank volume",
    "foreign_account": "comes from a foreign account",
    "public_root": "is a public image",
    "other_partition": "comes from another partition",
}
"""Ends of a chain that are known, as opposed to ends where our knowledge stops."""


def _is_approved(node: LineageNode, parameters: LineageVerificationParameters) -> bool:
    return node.image_id in parameters.approved_images or (
        node.account_id is not None and node.account_id in parameters.approved_owners
    )


def check_lineage(parameters: LineageVerificationParameters, facts: ImageFacts) -> Outcome:
    """FAIL when a line is known to end elsewhere, UNKNOWN when it ends in the dark or on weak evidence."""
    if not parameters.approved_images and not parameters.approved_owners:
        return Outcome(
            verdict="UNKNOWN",
            sentence="The policy names no approved image or owner.",
            would_change="Name approved_images or approved_owners in the policy.",
        )
    lineage = facts.lineage
    weak: list[str] = []
    dark: list[str] = []
    elsewhere: list[str] = []
    evidence: list[str] = []
    approved = 0
    open_streams, seen = [facts.stream_id], {facts.stream_id}
    while open_streams:
        node = lineage.get_node(open_streams.pop())
        if _is_approved(node, parameters):
            approved += 1
            continue
        edges = lineage.list_parent_edges(node.stream_id)
        if not edges:
            known = PROVEN_ELSEWHERE.get(node.terminal_reason) if node.terminal_reason else None
            (elsewhere if known else dark).append(
                f"{node.image_id} {known}"
                if known
                else f"{node.image_id} ({node.terminal_reason or 'unknown'})"
            )
        elif node.terminal_reason is not None:
            # Some of its volumes have a parent, another one ends.
            dark.append(f"{node.image_id} in part ({node.terminal_reason})")
        for edge in edges:
            evidence.extend(edge.evidence)
            if CONFIDENCE_ORDER.index(edge.confidence) < CONFIDENCE_ORDER.index(
                parameters.minimum_confidence
            ):
                weak.append(f"{node.image_id} ({edge.confidence})")
            if edge.parent not in seen:
                seen.add(edge.parent)
                open_streams.append(edge.parent)
    if not approved and not elsewhere and not dark:
        dark.append(f"{facts.image_id} (the records lead in a circle)")
    return _conclude(
        parameters, elsewhere, dark, weak, tuple(dict.fromkeys(evidence)), truncated=lineage.truncated
    )


def _conclude(
    parameters: LineageVerificationParameters,
    elsewhere: list[str],
    dark: list[str],
    weak: list[str],
    evidence: tuple[str, ...],
    *,
    truncated: bool,
) -> Outcome:
    if elsewhere:
        return Outcome(
            verdict="FAIL",
            sentence=f"Descends from what is not approved: {'; '.join(sorted(elsewhere))}.",
            evidence=evidence,
            would_change="Rebuild it from an approved image, or approve the root in the policy.",
        )
    if dark:
        return Outcome(
            verdict="UNKNOWN",
            sentence=f"The chain is not known beyond {'; '.join(sorted(dark))}.",
            evidence=evidence,
            would_change="Import older CloudTrail, observe the accounts, or approve the root in the policy.",
        )
    if truncated:
        return Outcome(verdict="UNKNOWN", sentence="The chain is longer than was read.", evidence=evidence)
    if weak:
        return Outcome(
            verdict="UNKNOWN",
            sentence=f"Not known to be {parameters.minimum_confidence} at {'; '.join(sorted(weak))}.",
            evidence=evidence,
            would_change="Better evidence for these steps, or a lower minimum_confidence.",
        )
    return Outcome(
        verdict="PASS", sentence="Every line of descent meets an approved image.", evidence=evidence
    )
