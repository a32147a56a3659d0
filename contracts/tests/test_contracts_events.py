import json
from pathlib import Path

import jsonschema
import pytest

from ami_lineage_contracts.envelope import EventEnvelope, build_event_id
from ami_lineage_contracts.events.registry import EVENT_TYPES, UnknownEventTypeError, read_payload
from ami_lineage_contracts.schema_export import build_files

CONTRACTS = Path(__file__).parents[1]
EXAMPLES = sorted((CONTRACTS / "examples").glob("*.json"))


def test_every_event_type_has_an_example() -> None:
    assert {f"{event_type}.v1.json" for event_type in EVENT_TYPES} == {path.name for path in EXAMPLES}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_parses_with_todays_code_and_comes_back_unchanged(path: Path) -> None:
    document = json.loads(path.read_text())

    event = EventEnvelope.model_validate(document)

    assert json.loads(event.model_dump_json()) == document
    assert json.loads(read_payload(event).model_dump_json()) == document["data"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_against_the_exported_schema(path: Path) -> None:
    document = json.loads(path.read_text())

    for schema, instance in ((path.name, document["data"]), ("envelope.json", document)):
        jsonschema.validate(instance, json.loads((CONTRACTS / "schemas" / schema).read_text()))


def test_exported_schemas_and_catalogue_are_up_to_date() -> None:
    assert {path: text for path, text in build_files().items() if path.read_text() != text} == {}


def test_an_unknown_type_and_a_newer_version_are_told_apart_from_bad_data() -> None:
    event = EventEnvelope.model_validate(json.loads(EXAMPLES[0].read_text()))

    for unknown in (
        event.model_copy(update={"event_type": "image.teleported"}),
        event.model_copy(update={"schema_version": 2}),
    ):
        with pytest.raises(UnknownEventTypeError):
            read_payload(unknown)


def test_an_event_id_depends_on_each_of_its_parts_and_on_nothing_else() -> None:
    parts = ("record", "image.tagged", "image/aws/us-east-1/ami-1", "Owner")

    assert build_event_id(*parts) == build_event_id(*parts)
    changed = {
        build_event_id(*(part + "x" if i == at else part for i, part in enumerate(parts))) for at in range(4)
    }
    assert len(changed | {build_event_id(*parts)}) == len(parts) + 1
