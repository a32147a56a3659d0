"""Events of what names an image without being one: templates, groups, configurations, parameters, recipes."""

from pydantic import BaseModel, ConfigDict, Field

from ami_lineage_contracts.events.payload import ImageReference, Payload, TemplateReference


class TemplateVersion(BaseModel):
    """One version of a launch template; `image` None: the version names no image."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    image: ImageReference | None = None
    instance_type: str | None = None


class LaunchTemplateCreated(Payload):
    """CreateLaunchTemplate: with its first version, which is the default."""

    owner_account_id: str | None = None
    name: str | None = None
    version: TemplateVersion | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class LaunchTemplateVersionCreated(Payload):
    """CreateLaunchTemplateVersion; what it does not name it takes from `source_version`, when that is given."""

    name: str | None = None
    version: TemplateVersion | None = None
    source_version: str | None = None


class LaunchTemplateVersionsDeleted(Payload):
    """DeleteLaunchTemplateVersions: these are gone."""

    versions: tuple[int, ...] = ()


class LaunchTemplateDefaultVersionChanged(Payload):
    """ModifyLaunchTemplate: ``$Default`` means this version from here on."""

    version: int | None = None


class LaunchTemplateDeleted(Payload):
    """DeleteLaunchTemplate: with all its versions."""


class LaunchTemplateObserved(Payload):
    """What DescribeLaunchTemplates and DescribeLaunchTemplateVersions said."""

    owner_account_id: str | None = None
    name: str | None = None
    default_version: int | None = None
    latest_version: int | None = None
    versions: tuple[TemplateVersion, ...] = ()
    tags: dict[str, str] | None = None


class LaunchOverride(BaseModel):
    """One override of a mixed-instances policy: an image or a template of its own (AWS_FACTS 1.7)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instance_type: str | None = None
    image: ImageReference | None = None
    template: TemplateReference | None = None


class GroupLaunch(BaseModel):
    """From what an auto scaling group launches: a template, a configuration, or a template with overrides.

    `from_instance`: CreateAutoScalingGroup took the settings of this instance.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: TemplateReference | None = None
    configuration_name: str | None = None
    overrides: tuple[LaunchOverride, ...] = ()
    from_instance: str | None = None


class GroupSettings(Payload):
    """Settings of an auto scaling group; None where the call left one as it was."""

    launch: GroupLaunch | None = None
    min_size: int | None = None
    max_size: int | None = None
    desired_capacity: int | None = None


class AutoScalingGroupCreated(GroupSettings):
    """CreateAutoScalingGroup."""

    owner_account_id: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class AutoScalingGroupUpdated(GroupSettings):
    """UpdateAutoScalingGroup, SetDesiredCapacity, or an instance refresh with settings of its own."""


class AutoScalingGroupDeleted(Payload):
    """DeleteAutoScalingGroup."""


class AutoScalingGroupObserved(GroupSettings):
    """What DescribeAutoScalingGroups said."""

    owner_account_id: str | None = None
    instance_ids: tuple[str, ...] = ()
    tags: dict[str, str] | None = None


class LaunchConfigurationCreated(Payload):
    """CreateLaunchConfiguration; it never changes."""

    owner_account_id: str | None = None
    image: ImageReference | None = None
    instance_type: str | None = None
    from_instance: str | None = None


class LaunchConfigurationDeleted(Payload):
    """DeleteLaunchConfiguration."""


class LaunchConfigurationObserved(LaunchConfigurationCreated):
    """What DescribeLaunchConfigurations said."""


class ParameterSet(Payload):
    """PutParameter; CloudTrail hides the value, so `image_id` is mostly None and the event incomplete."""

    owner_account_id: str | None = None
    image_id: str | None = None
    version: int | None = None
    data_type: str | None = None


class ParameterLabelled(Payload):
    """LabelParameterVersion: these labels mean this version from here on."""

    version: int | None = None
    labels: tuple[str, ...] = ()


class ParameterUnlabelled(Payload):
    """UnlabelParameterVersion: these labels mean no version from here on."""

    version: int | None = None
    labels: tuple[str, ...] = ()


class ParameterDeleted(Payload):
    """DeleteParameter or DeleteParameters."""


class ParameterObserved(Payload):
    """What GetParameter said; `image_id` None, unless incomplete: its value is no image id."""

    owner_account_id: str | None = None
    image_id: str | None = None
    version: int | None = None
    labels: tuple[str, ...] = ()
    data_type: str | None = None


class ImageRecipeCreated(Payload):
    """CreateImageRecipe of EC2 Image Builder; `parent_arn` where the parent is an Image Builder image."""

    owner_account_id: str | None = None
    image: ImageReference | None = None
    parent_arn: str | None = None
    version: str | None = None


class ImageRecipeDeleted(Payload):
    """DeleteImageRecipe."""


class ImageRecipeObserved(ImageRecipeCreated):
    """What GetImageRecipe said."""
