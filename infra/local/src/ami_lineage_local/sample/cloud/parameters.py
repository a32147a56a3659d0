"""Parameters and recipes that name an image."""

from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.names import partition_of
from ami_lineage_local.sample.references import Parameter, Recipe
from ami_lineage_local.sample.world import Image

_BUILDER = "imagebuilder.amazonaws.com"
_SSM = "ssm.amazonaws.com"


def put_parameter(stage: Stage, desk: Desk, image: Image) -> Parameter:
    """PutParameter of an image id; CloudTrail hides the value."""
    parameter = Parameter(
        f"/golden/{stage.names.resource('x')[3:11]}/latest", desk.region, desk.account_id, image
    )
    stage.world.parameters.append(parameter)
    request = {
        "name": parameter.name,
        "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "type": "String",
        "dataType": "aws:ec2:image",
        "overwrite": True,
    }
    desk.call(stage, "PutParameter", request, {"version": 1, "tier": "Standard"}, _SSM)
    label = {"name": parameter.name, "parameterVersion": 1, "labels": ["stable"]}
    desk.call(stage, "LabelParameterVersion", label, {"invalidLabels": [], "parameterVersion": 1}, _SSM)
    return parameter


def create_recipe(stage: Stage, desk: Desk, name: str, parent: Image) -> None:
    """CreateImageRecipe of EC2 Image Builder on an image."""
    partition = partition_of(desk.region)
    arn = f"arn:{partition}:imagebuilder:{desk.region}:{desk.account_id}:image-recipe/{name}/1.0.0"
    component = f"arn:{partition}:imagebuilder:{desk.region}:aws:component/update-linux/x.x.x"
    token = stage.names.uuid()
    request = {
        "name": name,
        "semanticVersion": "1.0.0",
        "components": [{"componentArn": component}],
        "parentImage": parent.image_id,
        "clientToken": token,
    }
    answer = {"requestId": stage.names.uuid(), "clientToken": token, "imageRecipeArn": arn}
    desk.call(stage, "CreateImageRecipe", request, answer, _BUILDER)
    stage.world.recipes.append(Recipe(arn, desk.region, desk.account_id, parent))
