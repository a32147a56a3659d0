"""Traversals of the search: coarse conditions on the server, none of which loses a match.

Globs and tags are only narrowed here; `matching` decides. Neptune has no regular expressions.
"""

import json
import re
from typing import Final

from gremlin_python.process.graph_traversal import GraphTraversal, GraphTraversalSource, __
from gremlin_python.process.traversal import Order, P, T, TextP

from graph_store.gremlin.keys import GENERATION, SORT_KEY, to_store_id
from graph_store.matching import NULLABLE_FIELDS, split_glob
from graph_store.read_models import UNKNOWN, SearchCursor, SearchFilters

_PLAIN: Final = re.compile(r"[A-Za-z0-9 _.:/=+@-]+")
"""Text that every JSON writer leaves as it is."""


def build_search_query(
    g: GraphTraversalSource, generation: str, filters: SearchFilters, limit: int, after: SearchCursor | None
) -> GraphTraversal:
    """Element maps of candidates in the order of the search."""
    query = g.V().has_label("Image").has(GENERATION, generation)
    for name in NULLABLE_FIELDS:
        query = _add_nullable(query, name, getattr(filters, name))
    if filters.created_by is not None:
        query = query.has("created_by", filters.created_by)
    if filters.public is not None:
        query = query.has("public", filters.public)
    query = _add_glob(query, "resource_id", filters.resource_id)
    query = _add_glob(query, "name", filters.name)
    query = _add_times(query, filters)
    query = _add_tags(query, filters)
    if after is not None:
        query = query.or_(
            __.has(SORT_KEY, P.lt(after.created_at)),
            __.has(SORT_KEY, after.created_at).has_id(P.gt(to_store_id(generation, after.id))),
        )
    return query.order().by(SORT_KEY, Order.desc).by(T.id).limit(limit).element_map()


def _add_nullable(query: GraphTraversal, name: str, wanted: str | None) -> GraphTraversal:
    if wanted is None:
        return query
    if wanted == UNKNOWN:
        return query.or_(__.has_not(name), __.has(name, UNKNOWN))
    return query.has(name, wanted)


def _add_glob(query: GraphTraversal, name: str, pattern: str | None) -> GraphTraversal:
    if pattern is None:
        return query
    start, literal = split_glob(pattern)
    if literal:
        return query.has(name, pattern)
    query = query.has(name, TextP.starting_with(start)) if start else query.has(name)
    end = re.split(r"[*?]", pattern)[-1]
    return query.has(name, TextP.ending_with(end)) if end else query


def _add_times(query: GraphTraversal, filters: SearchFilters) -> GraphTraversal:
    if filters.created_from is not None:
        query = query.has(SORT_KEY, P.gte(filters.created_from))
    if filters.created_before is not None:
        query = query.has(SORT_KEY, P.gt("")).has(SORT_KEY, P.lt(filters.created_before))
    return query


def _add_tags(query: GraphTraversal, filters: SearchFilters) -> GraphTraversal:
    for key, value in filters.tags.items():
        query = query.has("tags")
        for text in (key, value):
            if text is not None and _PLAIN.fullmatch(text):
                query = query.has("tags", TextP.containing(json.dumps(text)))
    return query
