"""Readings of whatever names an image: templates, groups, configurations, parameters, recipes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ami_lineage_contracts.parameters import parse_parameter_name
from ingest.application.backfill import questions
from ingest.application.backfill.place import Reading
from ingest.domain.decoding import Fields, JsonObject

IMAGE_DATA_TYPE: Final = "aws:ec2:image"
_NAMES_A_CALL: Final = 10
_PARAMETER_PREFIXES: Final = ("resolve:ssm:", "ssm:")


async def read_references(reading: Reading) -> None:
    """Templates, groups, recipes, and then the parameters: also those that the former refer to."""
    steps = _ReferenceSteps()
    await steps.read_templates(reading)
    await steps.read_groups(reading)
    await steps.read_recipes(reading)
    await steps.read_parameters(reading)


class _ReferenceSteps:
    """Remembers which parameters were referred to."""

    def __init__(self) -> None:
        self._parameters: set[str] = set()

    async def read_templates(self, reading: Reading) -> None:
        """Launch templates, each with all its versions."""
        async for page in reading.pages(questions.TEMPLATES):
            templates = [await self._add_versions(reading, template) for template in page]
            await reading.record("launch-template", templates)

    async def read_groups(self, reading: Reading) -> None:
        """Auto scaling groups and launch configurations."""
        for question, kind in (
            (questions.GROUPS, "auto-scaling-group"),
            (questions.CONFIGURATIONS, "launch-configuration"),
        ):
            async for page in reading.pages(question):
                for entry in page:
                    self._refer(_find_images(entry))
                await reading.record(kind, [{**entry, "OwnerId": reading.account_id} for entry in page])

    async def read_recipes(self, reading: Reading) -> None:
        """Image Builder recipes of the account."""
        async for page in reading.pages(questions.RECIPES):
            self._refer(parent for entry in page if (parent := Fields(entry).text("parentImage")))
            await reading.record("image-recipe", [{**entry, "OwnerId": reading.account_id} for entry in page])

    async def read_parameters(self, reading: Reading) -> None:
        """Parameters that hold image ids, and those that were referred to."""
        wanted = set(self._parameters)
        async for page in reading.pages(questions.PARAMETER_NAMES):
            for entry in page:
                fields = Fields(entry)
                if fields.text("dataType") == IMAGE_DATA_TYPE and (name := fields.text("name")):
                    wanted.add(name)
        names = sorted(wanted)
        for start in range(0, len(names), _NAMES_A_CALL):
            await self._read_values(reading, names[start : start + _NAMES_A_CALL])

    async def _read_values(self, reading: Reading, names: Sequence[str]) -> None:
        answer = await reading.ask(questions.PARAMETERS, Names=list(names))
        if answer is None:
            # They exist, and nothing else is known of them.
            await reading.record(
                "parameter", [{"Name": name, "OwnerId": reading.account_id} for name in names]
            )
            return
        found = answer.get("Parameters")
        for entry in found if isinstance(found, list) else []:
            labels = await _find_labels(reading, entry)
            await reading.record("parameter", [{**entry, "Labels": labels, "OwnerId": reading.account_id}])

    async def _add_versions(self, reading: Reading, template: JsonObject) -> JsonObject:
        versions: list[JsonObject] = []
        template_id = template["LaunchTemplateId"]
        async for page in reading.pages(questions.TEMPLATE_VERSIONS, LaunchTemplateId=template_id):
            versions += page
        for version in versions:
            self._refer(_find_images(version))
        content = {**template, "OwnerId": reading.account_id}
        if reading.was_answered(questions.TEMPLATE_VERSIONS):
            content["LaunchTemplateVersions"] = versions
        return content

    def _refer(self, references: Iterable[str]) -> None:
        for reference in references:
            prefix = next((each for each in _PARAMETER_PREFIXES if reference.startswith(each)), None)
            if prefix is not None:
                # The version or label after the name is the reference's, not the parameter's.
                text = reference.removeprefix(prefix)
                selector = parse_parameter_name(text).selector
                self._parameters.add(text if selector is None else text.removesuffix(f":{selector}"))


async def _find_labels(reading: Reading, parameter: JsonObject) -> list[str]:
    name, version = parameter.get("Name"), parameter.get("Version")
    labels: list[str] = []
    async for page in reading.pages(questions.PARAMETER_HISTORY, Name=name):
        for entry in page:
            if entry.get("Version") == version:
                labels = [str(label) for label in Fields(entry).members("labels")]
    return labels


def _find_images(value: object) -> Iterator[str]:
    """Every `ImageId` anywhere in an answer."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "ImageId" and isinstance(inner, str):
                yield inner
            else:
                yield from _find_images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _find_images(inner)
