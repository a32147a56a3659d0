"""Which images a search finds (pure); the Gremlin store filters coarsely on the server and finely with this."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from graph_store.models import Scalar, Vertex
from graph_store.read_models import UNKNOWN, SearchFilters

NULLABLE_FIELDS: Final = ("account_id", "region", "state", "method", "confidence", "terminal_reason")


@lru_cache(maxsize=256)
def _compile_glob(pattern: str) -> re.Pattern[str]:
    """A glob with * and ? only; brackets are literal, and runs of stars count as one (no blow-up)."""
    parts = re.split(r"(\*+|\?)", pattern)
    translated = "".join(
        ".*" if part.startswith("*") else "." if part == "?" else re.escape(part) for part in parts
    )
    return re.compile(translated, re.DOTALL)


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches the glob."""
    return _compile_glob(pattern).fullmatch(text) is not None


def split_glob(pattern: str) -> tuple[str, bool]:
    """The literal start of a glob, and whether the glob is nothing but this literal."""
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    return literal, literal == pattern


def sort_key(vertex: Vertex) -> str:
    """What a search sorts by: created_at, or "" when it is not known."""
    created_at = vertex.properties.get("created_at", "")
    return created_at if isinstance(created_at, str) else ""


def read_tags(vertex: Vertex) -> dict[str, str]:
    """The tags of a vertex; empty when they are not known."""
    text = vertex.properties.get("tags")
    if not isinstance(text, str):
        return {}
    tags = json.loads(text)
    return tags if isinstance(tags, dict) else {}


def build_matcher(filters: SearchFilters) -> Callable[[Vertex], bool]:
    """A function that says whether an image matches all filters."""

    def matches(vertex: Vertex) -> bool:
        get = vertex.properties.get
        return (
            all(_has(get(name), getattr(filters, name)) for name in NULLABLE_FIELDS)
            and filters.created_by in {None, get("created_by")}
            and _glob(filters.resource_id, get("resource_id"))
            and _glob(filters.name, get("name"))
            and (filters.created_from is None or sort_key(vertex) >= filters.created_from)
            and (filters.created_before is None or "" < sort_key(vertex) < filters.created_before)
            and (filters.public is None or get("public") == filters.public)
            and _has_tags(vertex, filters)
        )

    return matches


def _has(value: Scalar | None, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return value in {None, UNKNOWN} if wanted == UNKNOWN else value == wanted


def _glob(pattern: str | None, value: Scalar | None) -> bool:
    return pattern is None or (isinstance(value, str) and glob_matches(pattern, value))


def _has_tags(vertex: Vertex, filters: SearchFilters) -> bool:
    if not filters.tags:
        return True
    tags = read_tags(vertex)
    return all(key in tags and value in {None, tags[key]} for key, value in filters.tags.items())
