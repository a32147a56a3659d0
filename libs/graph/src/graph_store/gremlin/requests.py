"""Requests: gremlinpython builds the bytecode, this packs it as GraphSON 3."""

import uuid
from typing import Any, Final

import orjson
from gremlin_python.process.traversal import Bytecode, T
from gremlin_python.structure.io.graphsonV3d0 import GraphSONWriter

from graph_store.models import Scalar

_MIME: Final = b"application/vnd.gremlin-v3.0+json"
_HEADER: Final = bytes([len(_MIME)]) + _MIME
_INT32_MAX: Final = 2**31 - 1

Row = dict[str, Any]


class Rows(list[Row]):
    """Rows for a bulk load, packed without walking through gremlinpython for each value.

    A row maps text to a scalar, or to a map whose keys may be T or Direction.
    """


class _RowsSerializer:
    @staticmethod
    def dictify(rows: Rows, _writer: GraphSONWriter) -> dict[str, Any]:
        return {"@type": "g:List", "@value": [_pack_map(row) for row in rows]}


_WRITER: Final = GraphSONWriter({Rows: _RowsSerializer})


def build_request(bytecode: Bytecode, timeout_seconds: float) -> bytes:
    """The message that evaluates a traversal."""
    message = {
        "requestId": {"@type": "g:UUID", "@value": str(uuid.uuid4())},
        "op": "bytecode",
        "processor": "traversal",
        "args": {
            "gremlin": _WRITER.to_dict(bytecode),
            "aliases": {"g": "g"},
            "evaluationTimeout": {"@type": "g:Int64", "@value": int(timeout_seconds * 1000)},
        },
    }
    return _HEADER + orjson.dumps(message)


def _pack_map(values: dict[Any, Any]) -> dict[str, Any]:
    packed: list[Any] = []
    for key, value in values.items():
        packed.append(_pack_key(key))
        packed.append(_pack_map(value) if isinstance(value, dict) else _pack_scalar(value))
    return {"@type": "g:Map", "@value": packed}


def _pack_key(key: Any) -> Any:  # noqa: ANN401 - text, T or Direction
    if isinstance(key, str):
        return key
    return {"@type": "g:T" if isinstance(key, T) else "g:Direction", "@value": key.name.rstrip("_")}


def _pack_scalar(value: Scalar) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return {"@type": "g:Int32" if abs(value) <= _INT32_MAX else "g:Int64", "@value": value}
    return {"@type": "g:Double", "@value": value}
