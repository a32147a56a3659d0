"""The calls about what names an image: templates, groups, configurations, parameters, recipes."""

from typing import Final

from ingest.domain.operations import (
    groups,
    launch_configurations,
    parameters,
    recipes,
    subjects,
    tags,
    templates,
)
from ingest.domain.operations.operation import AUTO_SCALING, EC2, IMAGE_BUILDER, SSM, Operation

_TEMPLATE: Final = ("launch-template",)
_GROUP: Final = ("auto-scaling-group",)
_CONFIGURATION: Final = ("launch-configuration",)
_PARAMETER: Final = ("parameter",)
_RECIPE: Final = ("image-recipe",)
_INSTANCE: Final = ("instance",)

_TEMPLATES: Final = (
    Operation(
        EC2, "CreateLaunchTemplate", _TEMPLATE, templates.create_launch_template, subjects.template_image
    ),
    Operation(
        EC2,
        "CreateLaunchTemplateVersion",
        _TEMPLATE,
        templates.create_launch_template_version,
        subjects.template,
    ),
    Operation(
        EC2,
        "DeleteLaunchTemplateVersions",
        _TEMPLATE,
        templates.delete_launch_template_versions,
        subjects.template,
        find_uneventful=templates.find_no_version,
    ),
    Operation(EC2, "ModifyLaunchTemplate", _TEMPLATE, templates.modify_launch_template, subjects.template),
    Operation(EC2, "DeleteLaunchTemplate", _TEMPLATE, templates.delete_launch_template, subjects.template),
)
_GROUPS: Final = (
    Operation(
        AUTO_SCALING, "CreateAutoScalingGroup", _GROUP, groups.create_auto_scaling_group, subjects.group
    ),
    Operation(
        AUTO_SCALING, "UpdateAutoScalingGroup", _GROUP, groups.update_auto_scaling_group, subjects.group
    ),
    Operation(
        AUTO_SCALING, "DeleteAutoScalingGroup", _GROUP, groups.delete_auto_scaling_group, subjects.group
    ),
    Operation(AUTO_SCALING, "SetDesiredCapacity", _GROUP, groups.set_desired_capacity, subjects.group),
    Operation(
        AUTO_SCALING,
        "StartInstanceRefresh",
        _GROUP,
        groups.start_instance_refresh,
        subjects.group,
        find_uneventful=groups.find_plain_refresh,
    ),
    Operation(AUTO_SCALING, "CancelInstanceRefresh", _GROUP, groups.take_back_refresh, subjects.group),
    Operation(AUTO_SCALING, "RollbackInstanceRefresh", _GROUP, groups.take_back_refresh, subjects.group),
    Operation(AUTO_SCALING, "AttachInstances", _INSTANCE, groups.attach_instances, subjects.group_instances),
    Operation(AUTO_SCALING, "DetachInstances", _INSTANCE, groups.detach_instances, subjects.group_instances),
    Operation(
        AUTO_SCALING,
        "LaunchInstances",
        _INSTANCE,
        groups.launch_instances,
        subjects.group,
        find_uneventful=groups.find_no_instances,
    ),
    Operation(
        AUTO_SCALING, "CreateOrUpdateTags", _GROUP, tags.create_or_update_group_tags, subjects.tagged_groups
    ),
    Operation(AUTO_SCALING, "DeleteTags", _GROUP, tags.delete_group_tags, subjects.tagged_groups),
    Operation(
        AUTO_SCALING,
        "CreateLaunchConfiguration",
        _CONFIGURATION,
        launch_configurations.create_launch_configuration,
        subjects.launch_configuration,
    ),
    Operation(
        AUTO_SCALING,
        "DeleteLaunchConfiguration",
        _CONFIGURATION,
        launch_configurations.delete_launch_configuration,
        subjects.launch_configuration,
    ),
)
_PARAMETERS: Final = (
    Operation(
        SSM,
        "PutParameter",
        _PARAMETER,
        parameters.put_parameter,
        subjects.parameter,
        find_unconcerned=parameters.find_other_type,
    ),
    Operation(
        SSM, "LabelParameterVersion", _PARAMETER, parameters.label_parameter_version, subjects.parameter
    ),
    Operation(
        SSM,
        "UnlabelParameterVersion",
        _PARAMETER,
        parameters.unlabel_parameter_version,
        subjects.parameter,
        find_uneventful=parameters.find_no_label,
    ),
    Operation(SSM, "DeleteParameter", _PARAMETER, parameters.delete_parameter, subjects.parameter),
    Operation(
        SSM,
        "DeleteParameters",
        _PARAMETER,
        parameters.delete_parameters,
        subjects.parameters,
        find_uneventful=parameters.find_none_deleted,
    ),
)
_RECIPES: Final = (
    Operation(IMAGE_BUILDER, "CreateImageRecipe", _RECIPE, recipes.create_image_recipe, subjects.recipe),
    Operation(IMAGE_BUILDER, "DeleteImageRecipe", _RECIPE, recipes.delete_image_recipe, subjects.recipe),
)

REFERENCE_OPERATIONS: Final = (*_TEMPLATES, *_GROUPS, *_PARAMETERS, *_RECIPES)
