"""Shapes of the question what an image, an account or a principal has affected, and of its answer."""

from typing import Literal

from pydantic import Field

from query_api.application.answers import Answer, Coverage, InstanceRow, Node, Unknown

MOMENT = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z)?$"


class ImpactRequest(Answer):
    """Exactly one of `ami_id`, `account` and `principal`; `from` and `to` bound the exposure in UTC.

    With `principal` they bound what the principal made and launched too.
    """

    ami_id: str | None = Field(default=None, min_length=1, max_length=300)
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    principal: str | None = Field(default=None, min_length=1, max_length=2048)
    cve: str | None = Field(default=None, max_length=64)
    finding_arn: str | None = Field(default=None, max_length=2048)
    from_: str | None = Field(default=None, alias="from", pattern=MOMENT)
    to: str | None = Field(default=None, pattern=MOMENT)
    finding_type: str | None = Field(default=None, max_length=200)
    finding_id: str | None = Field(default=None, max_length=2048)
    severity: Literal["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] | None = None
    limit: int = Field(default=25_000, ge=1, le=25_000)
    cursor: str | None = Field(default=None, max_length=4096)


class Subject(Answer):
    """What the answer is about; the finding is given back as it came."""

    kind: Literal["image", "account", "principal"]
    value: str
    window_from: str | None = None
    window_to: str | None = None
    finding_type: str | None = None
    finding_id: str | None = None
    severity: str | None = None


class GroupRow(Answer):
    """An auto scaling group that refers to what is affected, directly or over templates and parameters."""

    id: str
    name: str
    account_id: str | None = None
    account_name: str | None = None
    owner: str | None = None
    region: str | None = None
    max_size: int | None = None
    desired_capacity: int | None = None
    launches_unknown: str | None = None


class Reference(Answer):
    """One way in which a template, parameter, configuration or recipe leads to what is affected."""

    target: str
    version: str | None = None
    is_default: bool | None = None
    is_latest: bool | None = None
    labels: tuple[str, ...] = ()
    valid_from: str | None = None


class ReferrerRow(Answer):
    """A launch template, parameter, launch configuration or image recipe that leads to what is affected."""

    id: str
    kind: str
    name: str
    account_id: str | None = None
    account_name: str | None = None
    owner: str | None = None
    region: str | None = None
    references: tuple[Reference, ...]


class Launch(Answer):
    """What the next scale-out of a group would start, and `how` it comes to that image."""

    group: str
    name: str
    image: str
    account_id: str | None = None
    account_name: str | None = None
    owner: str | None = None
    region: str | None = None
    since: str | None = None
    max_size: int | None = None
    how: tuple[str, ...]
    evidence: tuple[str, ...]


class Exposure(Answer):
    """An instance that ran an affected image and does so no longer; `because`: why.

    `ran_to` null: until when is not recorded.
    """

    instance: InstanceRow
    image: str
    ran_from: str | None = None
    ran_to: str | None = None
    because: Literal["terminated", "root_replaced", "not_known"]


class Affected(Answer):
    """What is affected now."""

    images: tuple[Node, ...]
    instances: tuple[InstanceRow, ...]
    auto_scaling_groups: tuple[GroupRow, ...]
    launch_templates: tuple[ReferrerRow, ...]
    parameters: tuple[ReferrerRow, ...]
    other_references: tuple[ReferrerRow, ...]
    accounts: tuple[str, ...]
    regions: tuple[str, ...]


class RemediationStep(Answer):
    """Something to do; 1 comes first."""

    priority: int
    action: str
    targets: tuple[str, ...]
    why: str


class ImpactCounts(Answer):
    """How many of each there are in all, not only on this page."""

    images: int
    instances: int
    auto_scaling_groups: int
    launch_templates: int
    parameters: int
    latent: int
    exposure: int
    accounts: int
    regions: int
    unknowns: int


class ImpactAnswer(Answer):
    """The blast radius. Images and references stand on the first page, instances and exposure on all.

    `truncated`: more exists than this page shows; `next_cursor` leads on, and where it is null nothing does.
    """

    subject: Subject
    roots: tuple[str, ...]
    affected: Affected
    latent: tuple[Launch, ...]
    exposure: tuple[Exposure, ...]
    counts: ImpactCounts
    compliance_impact: None = None
    remediation_steps: tuple[RemediationStep, ...]
    unknowns: tuple[Unknown, ...]
    coverage: Coverage
    truncated: bool
    next_cursor: str | None = None
