"""Reads what Athena and CloudTrail Lake print for rows and maps: ``{a=b, c={d=e}}``.

That text has no escapes: what somebody wrote into a description can look like a parameter of the call. A
record whose text may be read in two ways is refused, for a wrong parent would be worse than none.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

_KEY: Final = re.compile(r"([A-Za-z_]\w*)=")
_NEXT_KEY: Final = re.compile(r", (?=[A-Za-z_]\w*=)")
_SCALAR_END: Final = re.compile(r", (?=[A-Za-z_]\w*=)|[}\]]|, (?=\{)")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DECODER: Final = json.JSONDecoder()
FREE_TEXT: Final = frozenset({"description", "clienttoken", "userdata", "name", "value", "reason", "comment"})
"""Parameters, in lower case, that hold what the caller liked: never decoded as JSON."""
_CANNOT_HOLD_A_KEY: Final = frozenset({"name"})
"""AWS allows neither a comma nor an equals sign in an image's name (RegisterImage, CreateImage)."""


class AmbiguousTextError(ValueError):
    """The text can be read in more than one way."""


def parse_map(text: str) -> dict[str, object]:
    """A ``map<string,string>``, its values as JSON where they are.

    Raises:
        AmbiguousTextError: no such text, or one with two readings.
    """
    inner = _strip(text)
    found: dict[str, object] = {}
    at = 0
    while at < len(inner):
        match = _KEY.match(inner, at)
        if match is None:
            raise AmbiguousTextError("no text of a map like {a=b, c=d}")
        name, at = match[1], match.end()
        if name in found:
            raise AmbiguousTextError(f"{name} occurs twice")
        found[name], at = _read_value(inner, name, at)
    return found


def decode_value(name: str, value: object) -> object:
    """The value of a map as JSON where it is an object or a list; free text stays text."""
    if isinstance(value, str) and value[:1] in ("{", "[") and name.lower() not in FREE_TEXT:
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def parse_row(text: str) -> object:
    """A row, or a list of rows, whose values hold no blanks before an equals sign: those of `userIdentity`.

    Raises:
        AmbiguousTextError: no such text.
    """
    value, at = _read_nested(text.strip(), 0)
    if not isinstance(value, dict | list) or at != len(text.strip()):
        raise AmbiguousTextError("no text of a row like {a=b, c={d=e}}")
    return value


def _strip(text: str) -> str:
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")):
        raise AmbiguousTextError("no text of a map like {a=b, c=d}")
    return stripped[1:-1]


def _read_value(inner: str, name: str, at: int) -> tuple[object, int]:
    if inner[at : at + 1] in ("{", "[") and name.lower() not in FREE_TEXT:
        try:
            value, end = _DECODER.raw_decode(inner, at)
        except json.JSONDecodeError as error:
            raise AmbiguousTextError(f"the value of {name} is no JSON") from error
        if end != len(inner) and _NEXT_KEY.match(inner, end) is None:
            raise AmbiguousTextError(f"the value of {name} does not end where its JSON ends")
        return value, min(end + 2, len(inner))
    end_match = _NEXT_KEY.search(inner, at)
    if end_match is None:
        return _to_scalar(inner[at:]), len(inner)
    value = inner[at : end_match.start()]
    if name.lower() in FREE_TEXT - _CANNOT_HOLD_A_KEY and not _is_made_token(name, value):
        raise AmbiguousTextError(
            f"where the text of {name} ends cannot be told from the parameters behind it"
        )
    return _to_scalar(value), end_match.end()


def _is_made_token(name: str, value: str) -> bool:
    """A token that an SDK made.

    Of the 64 characters that EC2 allows it leaves too few to forge a parameter that decides lineage; those
    that a call must have would occur twice.
    """
    return name.lower() == "clienttoken" and _UUID.fullmatch(value) is not None


def _read_nested(text: str, at: int) -> tuple[object, int]:
    if text.startswith("{", at):
        return _read_row(text, at + 1)
    if text.startswith("[", at):
        return _read_array(text, at + 1)
    end = _SCALAR_END.search(text, at)
    stop = len(text) if end is None else end.start()
    return _to_scalar(text[at:stop]), stop


def _read_row(text: str, at: int) -> tuple[Mapping[str, object], int]:
    found: dict[str, object] = {}
    while not text.startswith("}", at):
        match = _KEY.match(text, at)
        if match is None or match[1] in found:
            raise AmbiguousTextError("no text of a row like {a=b, c={d=e}}")
        found[match[1]], at = _read_nested(text, match.end())
        at = _skip_comma(text, at, "}")
    return found, at + 1


def _read_array(text: str, at: int) -> tuple[list[object], int]:
    found: list[object] = []
    while not text.startswith("]", at):
        value, at = _read_nested(text, at)
        found.append(value)
        at = _skip_comma(text, at, "]")
    return found, at + 1


def _skip_comma(text: str, at: int, end: str) -> int:
    if text.startswith(", ", at):
        return at + 2
    if text.startswith(end, at):
        return at
    raise AmbiguousTextError(f"no text of a row or a list: {end} is missing")


def _to_scalar(text: str) -> str | None:
    return None if text == "null" else text
