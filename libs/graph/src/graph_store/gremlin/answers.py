"""Answers of the server: frames, statuses and GraphSON 3 values, without gremlinpython's slow reader.

Keys of element maps come out as ``~id``, ``~label``, ``~IN`` and ``~OUT``, so that no property can hide them.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from graph_store.errors import GraphStoreError, PermanentGraphError, TransientGraphError

PARTIAL: Final = 206
_DONE: Final = frozenset({200, 204})
_TRANSIENT_CODES: Final = frozenset({429, 598})
_TRANSIENT_TEXTS: Final = (
    "ConcurrentModificationException",
    "TransactionException",
    "Conflict: element modified in another transaction",
    "with id already exists",
    "TooManyRequestsException",
    "QueryLimitExceededException",
    "MemoryLimitExceededException",
    "TimeLimitExceededException",
    "ClientTimeoutException",
    "CancelledByMaintenanceException",
    "FailureByQueryException",
    "ConstraintViolationException",
    "RejectedExecutionException",
    "evaluationTimeout",
)
"""What Neptune (AWS_FACTS 5.3) and TinkerGraph say when the same request may succeed later."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of an answer."""

    code: int
    values: list[Any]


def read_frame(message: bytes | str) -> Frame:
    """Decode one message.

    Raises:
        TransientGraphError: the server asks to try again.
        PermanentGraphError: the server refuses the request.
    """
    body = orjson.loads(message)
    status = body["status"]
    code = int(status["code"])
    if code != PARTIAL and code not in _DONE:
        raise _build_error(code, status)
    data = body["result"]["data"]
    return Frame(code, [] if data is None else _read_traversers(data["@value"]))


def _build_error(code: int, status: dict[str, Any]) -> GraphStoreError:
    text = f"{status.get('message')} {orjson.dumps(status.get('attributes')).decode()}"
    message = f"the graph answered {code}: {str(status.get('message'))[:500]}"
    if code in _TRANSIENT_CODES or any(one in text for one in _TRANSIENT_TEXTS):
        return TransientGraphError(message)
    return PermanentGraphError(message)


def _read_traversers(items: list[Any]) -> list[Any]:
    values: list[Any] = []
    for item in items:
        traverser = item["@value"]
        bulk = traverser["bulk"]["@value"]
        value = read_value(traverser["value"])
        if bulk == 1:
            values.append(value)
        else:
            values.extend([value] * bulk)
    return values


def read_value(value: Any) -> Any:  # noqa: ANN401 - GraphSON holds anything
    """A GraphSON 3 value as plain Python; maps with compound keys get tuples as keys."""
    if type(value) is not dict:
        return value
    kind, inner = value["@type"], value["@value"]
    if kind == "g:Map":
        return {_read_key(inner[i]): read_value(inner[i + 1]) for i in range(0, len(inner), 2)}
    if kind in {"g:List", "g:Set"}:
        return [read_value(one) for one in inner]
    return inner


def _read_key(key: Any) -> Any:  # noqa: ANN401 - GraphSON holds anything
    if type(key) is not dict:
        return key
    if key["@type"] in {"g:T", "g:Direction"}:
        return f"~{key['@value']}"
    inner = read_value(key)
    if isinstance(inner, dict):
        return tuple(inner.values())
    return tuple(inner) if isinstance(inner, list) else inner
