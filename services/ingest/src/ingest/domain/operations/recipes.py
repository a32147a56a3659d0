"""Calls on the image recipes of EC2 Image Builder; the images themselves come by CreateImage (AWS_FACTS 1.1)."""

import re
from typing import Final

from ami_lineage_contracts.events.reference import ImageRecipeCreated, ImageRecipeDeleted
from ingest.domain.call import Call, Fact, find_name
from ingest.domain.operations.references import find_image_reference

_RECIPE_ARN: Final = re.compile(
    r"arn:aws[a-z-]{0,12}:imagebuilder:[a-z0-9-]{1,40}:[0-9a-z]{1,12}:image-recipe/[a-z0-9_-]{1,200}/[0-9x.]{1,60}",
    re.ASCII,
)


def create_image_recipe(call: Call) -> list[Fact]:
    """CreateImageRecipe: each version is a recipe of its own."""
    stream_id = find_recipe_stream(call)
    if stream_id is None:
        return []
    parent = call.request.text("parentImage")
    image = find_image_reference(parent, call)
    parent_arn = parent if parent is not None and parent.startswith("arn:") else None
    created = ImageRecipeCreated(
        incomplete=image is None and parent_arn is None,
        owner_account_id=call.account_id,
        image=image,
        parent_arn=parent_arn,
        version=call.request.text("semanticVersion"),
    )
    return [Fact("image_recipe.created", stream_id, created)]


def delete_image_recipe(call: Call) -> list[Fact]:
    """DeleteImageRecipe, of one version."""
    stream_id = find_recipe_stream(call)
    return [] if stream_id is None else [Fact("image_recipe.deleted", stream_id, ImageRecipeDeleted())]


def find_recipe_stream(call: Call) -> str | None:
    """Stream of the recipe whose ARN the call names, or is bound to give to the name and version it names."""
    for fields in (call.response, call.request):
        arn = fields.text("imageRecipeArn")
        if arn is not None and _RECIPE_ARN.fullmatch(arn):
            return call.find_named_stream("image-recipe", arn)
    name, version = find_name(call.request, "name"), call.request.text("semanticVersion")
    if name is None or version is None:
        return None
    # Image Builder writes a name in lower case, with hyphens for blanks and underscores, into its ARN.
    plain = re.sub(r"[ _]", "-", name.lower())
    arn = f"arn:{call.partition}:imagebuilder:{call.region}:{call.account_id}:image-recipe/{plain}/{version}"
    return call.find_named_stream("image-recipe", arn) if _RECIPE_ARN.fullmatch(arn) else None
