"""Every call that backfill makes, and what the answers lose without it: one table for scan and preflight."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

_ABSENT_IMAGE: Final = "ami-00000000000000000"
_ABSENT_NAME: Final = "ami-lineage-preflight"
_ABSENT_ACCOUNT: Final = "000000000000"
_ABSENT_UNIT: Final = "ou-0000-00000000"
_INSTANCE_IMAGES: Final = "which image instances run when it is gone, private or not allowed"
_PARAMETERS: Final = "which image a `resolve:ssm:` reference meant, so what a group or template launches"


@dataclass(frozen=True, slots=True)
class Question:
    """A read of AWS. `action` is ``service:Operation``; `member` names the list in its answer.

    `probe`: arguments with which preflight asks for little or nothing. `loses`: what stays unknown without it.
    `after`: the action whose answer says about what to ask; without that it stays unasked.
    """

    action: str
    loses: str
    member: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    probe: Mapping[str, object] = field(default_factory=dict)
    after: str = ""

    @property
    def service(self) -> str:
        """The SDK's name of the service."""
        return self.action.partition(":")[0]

    @property
    def operation(self) -> str:
        """The API's name of the call."""
        return self.action.partition(":")[2]

    @property
    def token(self) -> str:
        """Name of the paging token, the same in request and answer."""
        return "nextToken" if self.service == "imagebuilder" else "NextToken"


REGIONS: Final = Question("ec2:DescribeRegions", "all Regions that were not named with --regions", "Regions")
IMAGES: Final = Question(
    "ec2:DescribeImages",
    "images that no event made, their state, owner and native source",
    "Images",
    # Without these an inventory "deletes" images (AWS_FACTS 0.13).
    {"Owners": ["self"], "IncludeDeprecated": True, "IncludeDisabled": True, "MaxResults": 500},
    {"Owners": ["self"], "MaxResults": 5},
)
IMAGES_BY_ID: Final = replace(IMAGES, arguments={"IncludeDeprecated": True, "IncludeDisabled": True})
"""Those that a filter names: images of others, too."""

LAUNCH_PERMISSIONS: Final = Question(
    "ec2:DescribeImageAttribute",
    "with whom images were shared before coverage began",
    arguments={"Attribute": "launchPermission"},
    probe={"Attribute": "launchPermission", "ImageId": _ABSENT_IMAGE, "DryRun": True},
    after=IMAGES.action,
)
ANCESTRY: Final = Question(
    "ec2:GetImageAncestry",
    "the parents of images made before recorded history, and a check of every reconstructed chain",
    probe={"ImageId": _ABSENT_IMAGE, "DryRun": True},
    after=IMAGES.action,
)
INSTANCES: Final = Question(
    "ec2:DescribeInstances",
    "instances that no event launched, and which volume is an instance's root",
    "Reservations",
    {"MaxResults": 500},
    {"MaxResults": 5},
)
INSTANCE_IMAGES: Final = Question(
    "ec2:DescribeInstanceImageMetadata",
    _INSTANCE_IMAGES,
    "InstanceImageMetadata",
    {"MaxResults": 500},
    {"MaxResults": 5},
)
SNAPSHOTS: Final = Question(
    "ec2:DescribeSnapshots",
    "snapshots that no event made: chains of registered images end there",
    "Snapshots",
    {"OwnerIds": ["self"], "MaxResults": 500},
    {"OwnerIds": ["self"], "MaxResults": 5},
)
VOLUMES: Final = Question(
    "ec2:DescribeVolumes",
    "from which snapshot a volume came: chains through volumes end there",
    "Volumes",
    {"MaxResults": 500},
    {"MaxResults": 5},
)
TEMPLATES: Final = Question(
    "ec2:DescribeLaunchTemplates",
    "launch templates, so what the next scale-out launches",
    "LaunchTemplates",
    {"MaxResults": 200},
    {"MaxResults": 1},
)
TEMPLATE_VERSIONS: Final = Question(
    "ec2:DescribeLaunchTemplateVersions",
    "which image each version of a launch template names",
    "LaunchTemplateVersions",
    {"MaxResults": 200},
    {"Versions": ["$Latest"], "MaxResults": 1},
    after=TEMPLATES.action,
)
GROUPS: Final = Question(
    "autoscaling:DescribeAutoScalingGroups",
    "auto scaling groups, so what the next scale-out launches",
    "AutoScalingGroups",
    {"MaxRecords": 100},
    {"MaxRecords": 1},
)
CONFIGURATIONS: Final = Question(
    "autoscaling:DescribeLaunchConfigurations",
    "launch configurations, so what older groups launch",
    "LaunchConfigurations",
    {"MaxRecords": 100},
    {"MaxRecords": 1},
)
PARAMETER_NAMES: Final = Question(
    "ssm:DescribeParameters", _PARAMETERS, "Parameters", {"MaxResults": 50}, {"MaxResults": 1}
)
PARAMETERS: Final = Question(
    "ssm:GetParameters",
    _PARAMETERS,
    "Parameters",
    probe={"Names": [_ABSENT_NAME]},
    after=PARAMETER_NAMES.action,
)
PARAMETER_HISTORY: Final = Question(
    "ssm:GetParameterHistory",
    "which version of a parameter a label means",
    "Parameters",
    {"MaxResults": 50},
    {"Name": _ABSENT_NAME, "MaxResults": 1},
    after=PARAMETERS.action,
)
RECIPES: Final = Question(
    "imagebuilder:ListImageRecipes",
    "which images Image Builder recipes build on",
    "imageRecipeSummaryList",
    {"owner": "Self", "maxResults": 25},
    {"owner": "Self", "maxResults": 1},
)
IMAGE_IMPORTS: Final = Question(
    "ec2:DescribeImportImageTasks",
    "which images came from outside EC2 in the last 7 days",
    "ImportImageTasks",
    {"MaxResults": 100},
    {"MaxResults": 5},
)
SNAPSHOT_IMPORTS: Final = Question(
    "ec2:DescribeImportSnapshotTasks",
    "which snapshots came from outside EC2 in the last 7 days",
    "ImportSnapshotTasks",
    {"MaxResults": 100},
    {"MaxResults": 5},
)
STORE_TASKS: Final = Question(
    "ec2:DescribeStoreImageTasks",
    "from which image an object in S3 was written in the last 31 days, so what a restored image came from",
    "StoreImageTaskResults",
    {"MaxResults": 100},
    {"MaxResults": 5},
)
RECYCLE_BIN: Final = Question(
    "ec2:ListImagesInRecycleBin",
    "which deregistered images could still come back",
    "Images",
    {"MaxResults": 100},
    {"MaxResults": 5},
)
ACCOUNTS: Final = Question("organizations:ListAccounts", "the other accounts of the organization", "Accounts")
PARENTS: Final = Question(
    "organizations:ListParents",
    "the organizational unit of each account",
    "Parents",
    probe={"ChildId": _ABSENT_ACCOUNT},
    after=ACCOUNTS.action,
)
UNIT: Final = Question(
    "organizations:DescribeOrganizationalUnit",
    "the names of organizational units",
    probe={"OrganizationalUnitId": _ABSENT_UNIT},
    after=PARENTS.action,
)
ACCOUNT_TAGS: Final = Question(
    "organizations:ListTagsForResource",
    "the owner of each account",
    "Tags",
    probe={"ResourceId": _ABSENT_ACCOUNT},
    after=ACCOUNTS.action,
)

HOME_QUESTIONS: Final = (REGIONS, ACCOUNTS, PARENTS, UNIT, ACCOUNT_TAGS)
"""What is asked once, in the caller's own account."""

PLACE_QUESTIONS: Final = (
    IMAGES,
    LAUNCH_PERMISSIONS,
    ANCESTRY,
    INSTANCES,
    INSTANCE_IMAGES,
    SNAPSHOTS,
    VOLUMES,
    TEMPLATES,
    TEMPLATE_VERSIONS,
    GROUPS,
    CONFIGURATIONS,
    PARAMETER_NAMES,
    PARAMETERS,
    PARAMETER_HISTORY,
    RECIPES,
    IMAGE_IMPORTS,
    SNAPSHOT_IMPORTS,
    STORE_TASKS,
    RECYCLE_BIN,
)
"""What is asked in every account and Region."""

ASSUME_ROLE: Final = "sts:AssumeRole"
LOSES: Final[Mapping[str, str]] = {
    ASSUME_ROLE: "everything of this account",
    **{question.action: question.loses for question in (*PLACE_QUESTIONS, *HOME_QUESTIONS)},
}
