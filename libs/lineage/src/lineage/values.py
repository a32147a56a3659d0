"""Values as the graph can hold them: no None, no lists, no maps, no times."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ami_lineage_contracts.times import to_key_time
from lineage.elements import Properties, Value

_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_properties(fields: Mapping[str, Any]) -> Properties:
    """Leave out what is not known; lists and maps become canonical JSON, times ISO text with Z."""
    return {name: _to_value(value) for name, value in fields.items() if value is not None}


def _to_value(value: Any) -> Value:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime):
        return to_key_time(value)
    return _CANONICAL.encode(value)
