"""How a template, a group, a configuration or a recipe names an image or a template (AWS_FACTS 1.7)."""

from typing import Final

from ami_lineage_contracts.events.payload import ImageReference, TemplateReference
from ami_lineage_contracts.parameters import parse_parameter_name
from ingest.domain.call import Call, find_kind, find_name
from ingest.domain.decoding import Fields

_PARAMETER_PREFIXES: Final = ("resolve:ssm:", "ssm:")  # the second one is Image Builder's
_DEFAULT_VERSION: Final = "$Default"
_LONGEST_PARAMETER: Final = 2048


def find_image_reference(text: str | None, call: Call) -> ImageReference | None:
    """The image or the parameter that a text names; None when it is neither.

    An ARN of a parameter of the call's own account and Region is written as the plain name, so that a
    parameter has one spelling; the ARN of another one stays.
    """
    if text is None:
        return None
    if find_kind(text) == "image":
        return ImageReference(image_id=text)
    for prefix in _PARAMETER_PREFIXES:
        if text.startswith(prefix):
            return _build_parameter_reference(text.removeprefix(prefix), call)
    return None


def find_template_reference(specification: Fields) -> TemplateReference | None:
    """The template of a specification; without a version it is the default one (botocore: autoscaling)."""
    template_id = specification.text("launchTemplateId")
    if find_kind(template_id) != "launch-template":
        template_id = None
    name = find_name(specification, "launchTemplateName")
    if template_id is None and name is None:
        return None
    return TemplateReference(
        template_id=template_id,
        template_name=name,
        version=specification.text("version") or _DEFAULT_VERSION,
    )


def _build_parameter_reference(text: str, call: Call) -> ImageReference | None:
    if not 0 < len(text) <= _LONGEST_PARAMETER:
        return None
    parameter = parse_parameter_name(text)
    if not parameter.name:
        return None
    own = (parameter.region, parameter.account_id) == (call.region, call.account_id)
    selector = f":{parameter.selector}" if parameter.selector is not None else ""
    return ImageReference(parameter=f"{parameter.name}{selector}" if own else text)
