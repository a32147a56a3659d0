"""`required_tags`: an image carries these tags, with values that match."""

import re2

from lineage_policy.document import RequiredTagsParameters
from lineage_policy.facts import ImageFacts
from lineage_policy.verdict import Outcome


def _list(names: list[str]) -> str:
    return ", ".join(sorted(names))


def check_required_tags(parameters: RequiredTagsParameters, facts: ImageFacts) -> Outcome:
    """A wrong value fails; a missing tag fails only if we would know about it."""
    if facts.state == "deregistered":
        return Outcome(verdict="NOT_APPLICABLE", sentence="The image is deregistered.")
    wrong = [
        key
        for key, pattern in parameters.tags.items()
        if key in facts.tags and pattern and not re2.fullmatch(pattern, facts.tags[key])
    ]
    missing = [key for key in parameters.tags if key not in facts.tags]
    if wrong:
        return Outcome(
            verdict="FAIL",
            sentence=f"The value of {_list(wrong)} is not one that the policy takes.",
            would_change=f"Set {_list(wrong)} to a value that matches the policy.",
        )
    if missing and facts.tags_complete:
        return Outcome(
            verdict="FAIL",
            sentence=f"Without the required tag {_list(missing)}.",
            would_change=f"Tag the image with {_list(missing)}.",
        )
    if missing:
        return Outcome(
            verdict="UNKNOWN",
            sentence=f"Whether the image has {_list(missing)} is not known: not all of its tags were recorded.",
            would_change="Observe the image (DescribeImages) or record its creation.",
        )
    return Outcome(verdict="PASS", sentence="All required tags are set.")
