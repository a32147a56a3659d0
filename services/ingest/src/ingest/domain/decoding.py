"""Reads the parameters of an EC2 call in either of CloudTrail's two encodings (AWS_FACTS 2.2).

One has lowerCamel names and ``{"items": [..]}``; the other wraps everything in ``XxxRequest`` or
``XxxResponse``, starts names with a capital and writes lists as ``{"tag": 1, "content": ..}``,
``{"item": ..}`` or "". Which operation comes in which is not to be relied on, so `Fields` accepts both at
every place. What has an unexpected type reads as absent.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from ingest.domain.moments import parse_moment

JsonObject = Mapping[str, object]

_EMPTY: Final[JsonObject] = {}
_ACCOUNT_DIGITS: Final = 12
_WHOLE_NUMBER_DIGITS: Final = 18
_LARGEST_BITS: Final = 256


def to_object(value: object) -> JsonObject:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def to_text(value: object) -> str | None:
    """A scalar as text: CloudTrail writes ``"true"`` and ``"12"`` also as true and 12."""
    if isinstance(value, dict):
        value = value.get("content")
    if isinstance(value, str):
        return to_unicode(value).strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _LARGEST_BITS else None
    return str(value) if isinstance(value, float) else None


def to_unicode(text: str) -> str:
    """The text with ``?`` for halves of surrogate pairs: JSON may hold them, nothing that is written can."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def to_whole_number(value: object) -> int | None:
    """A whole number from zero up, also when it is written as text."""
    text = to_text(value)
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > _WHOLE_NUMBER_DIGITS:
        return None
    return int(text)


def to_account_id(value: object) -> str | None:
    """Twelve digits; a number has lost its leading zeros."""
    text = to_text(value)
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > _ACCOUNT_DIGITS:
        return None
    return text.zfill(_ACCOUNT_DIGITS)


def walk_texts(value: object) -> Iterator[str]:
    """All texts of a JSON value, names included, however deep it is."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting.extend(each.values())
            waiting.extend(each.keys())
        elif isinstance(each, list):
            waiting.extend(each)


def unwrap(section: object, suffix: str) -> "Fields":
    """Parameters or response without the ``XxxRequest`` or ``XxxResponse`` around them.

    Empty when CloudTrail left the section out for its size: it is absent, null, or ``{"omitted": true, ..}``.
    """
    content = to_object(section)
    if content.get("omitted") in (True, "true"):
        return NO_FIELDS
    if len(content) == 1:
        ((name, inner),) = content.items()
        if isinstance(inner, dict) and name.endswith(suffix):
            return Fields(inner)
    return Fields(content)


class Fields:
    """One JSON object of a call; names are given in lowerCamel, alternatives after the first."""

    __slots__ = ("_content",)

    def __init__(self, content: JsonObject) -> None:
        self._content: Final = content

    def __bool__(self) -> bool:
        return bool(self._content)

    def _values(self, names: tuple[str, ...]) -> Iterator[object]:
        for name in names:
            for spelling in (name, name[0].upper() + name[1:]):
                value = self._content.get(spelling)
                if value is not None:
                    yield value

    def text(self, *names: str) -> str | None:
        """First scalar under one of the names, as text; None when there is none."""
        return next((text for value in self._values(names) if (text := to_text(value)) is not None), None)

    def wording(self, *names: str) -> str | None:
        """Text as somebody wrote it, blanks at its ends included: names, descriptions."""
        written = next((value for value in self._values(names) if isinstance(value, str)), None)
        return self.text(*names) if written is None else to_unicode(written)

    def account(self, *names: str) -> str | None:
        """An account id."""
        return next(filter(None, (to_account_id(value) for value in self._values(names))), None)

    def flag(self, *names: str) -> bool | None:
        """A boolean, also when it is written as text or wrapped as ``{"value": ..}``."""
        return {"true": True, "false": False}.get((self.text(*names) or "").lower())

    def number(self, *names: str) -> int | None:
        """A whole number, also when it is written as text."""
        return to_whole_number(self.text(*names))

    def moment(self, *names: str) -> datetime | None:
        """A time: epoch milliseconds or ISO 8601."""
        return next(filter(None, (parse_moment(value) for value in self._values(names))), None)

    def child(self, *names: str) -> "Fields":
        """An object below this one; empty when there is none."""
        return next((Fields(value) for value in self._values(names) if isinstance(value, dict)), NO_FIELDS)

    def members(self, *names: str) -> list[object]:
        """The members of a list in any of its spellings."""
        for value in self._values(names):
            found = _to_list(value)
            if found:
                return found
        return []

    def children(self, *names: str) -> list["Fields"]:
        """The members of a list that are objects."""
        return [Fields(member) for member in self.members(*names) if isinstance(member, dict)]


NO_FIELDS: Final = Fields(_EMPTY)


def _to_list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [value] if value.strip() else []
    if not isinstance(value, dict) or not value:
        return []
    for name in ("items", "item"):
        if name in value:
            inner = value[name]
            return inner if isinstance(inner, list) else [] if inner in (None, "", {}) else [inner]
    return [value]
