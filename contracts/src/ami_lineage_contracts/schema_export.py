"""Writes the JSON Schema of every event version and ``docs/events.md``; ``--check`` says if they are stale.

A schema that was released never changes: a change that is not additive gets a new version and an upcaster.
"""

import json
import sys
from pathlib import Path

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.registry import CURRENT_VERSION, EVENT_TYPES
from ami_lineage_contracts.hints import GRAPH_PROJECTED, LOG_APPENDED, GraphProjected, LogAppended

CONTRACTS = Path(__file__).parents[2]
CATALOGUE = CONTRACTS.parent / "docs" / "events.md"


def _to_text(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _describe_type(field: dict[str, object]) -> str:
    options = field.get("anyOf")
    if isinstance(options, list):
        return " or ".join(_describe_type(option) for option in options)
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "enum" in field and isinstance(field["enum"], list):
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array" and isinstance(field.get("items"), dict):
        return f"list of {_describe_type(dict(field['items']))}"  # type: ignore[call-overload]  # - checked above
    return str(field.get("format") or field.get("type") or "any")


def _describe(event_type: str, model: type[Payload]) -> str:
    fields = model.model_json_schema()["properties"]
    rows = "\n".join(f"| `{name}` | {_describe_type(field)} |" for name, field in fields.items())
    doc = " ".join((model.__doc__ or "").split())
    return f"### `{event_type}` version {CURRENT_VERSION}\n\n{doc}\n\n| field | type |\n|---|---|\n{rows}\n"


def build_files() -> dict[Path, str]:
    """Path to text of every exported file."""
    schemas = CONTRACTS / "schemas"
    files = {
        schemas / f"{event_type}.v{CURRENT_VERSION}.json": _to_text(model.model_json_schema())
        for event_type, model in EVENT_TYPES.items()
    }
    files[schemas / "envelope.json"] = _to_text(EventEnvelope.model_json_schema())
    files[schemas / f"{LOG_APPENDED}.v1.json"] = _to_text(LogAppended.model_json_schema())
    files[schemas / f"{GRAPH_PROJECTED}.v1.json"] = _to_text(GraphProjected.model_json_schema())
    files[CATALOGUE] = (
        "# Events\n\nGenerated from `contracts`; run `make docs` after a change. Every event travels in the envelope "
        "of `contracts/schemas/envelope.json`; examples are in `contracts/examples`.\n\n"
        + "\n".join(_describe(event_type, model) for event_type, model in sorted(EVENT_TYPES.items()))
    )
    return files


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` only compare them; 1 when something is stale."""
    stale = [
        path
        for path, text in build_files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(CONTRACTS.parent)} is stale: run make docs\n")
        return 1 if stale else 0
    for path, text in build_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
