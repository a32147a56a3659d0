"""A policy: named rules with a kind, a severity and parameters."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ami_lineage_contracts.graph import Confidence

Severity = Literal["low", "medium", "high", "critical"]
RuleId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class RequiredTagsParameters(BaseModel):
    """`tags`: key to a pattern (RE2) that the whole value must match; an empty pattern takes any value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: Annotated[dict[str, str], Field(min_length=1)]


class LineageVerificationParameters(BaseModel):
    """An image is verified when every line of descent meets an approved image, each step known well enough.

    `approved_images`: image ids; `approved_owners`: account ids whose images are approved.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_confidence: Confidence = "reconstructed"
    approved_images: tuple[str, ...] = ()
    approved_owners: tuple[Annotated[str, Field(pattern=r"^\d{12}$")], ...] = ()


class RequiredTagsRule(BaseModel):
    """Images carry these tags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: RuleId
    kind: Literal["required_tags"]
    severity: Severity = "medium"
    parameters: RequiredTagsParameters


class LineageVerificationRule(BaseModel):
    """Images descend from approved images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: RuleId
    kind: Literal["lineage_verification"]
    severity: Severity = "high"
    parameters: LineageVerificationParameters


Rule = Annotated[RequiredTagsRule | LineageVerificationRule, Field(discriminator="kind")]


class Policy(BaseModel):
    """A policy file. `digest` is the sha256 of its text: verdicts cite it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RuleId
    description: str = ""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
