"""Search over images."""

import hashlib
from collections.abc import Iterable
from typing import Final

from graph_store.matching import build_matcher, sort_key
from graph_store.models import Vertex
from graph_store.read_models import Direction, SearchCursor, SearchFilters, SearchPage
from query_api.application.accounts import AccountDirectory, name_account
from query_api.application.images import ImageFinder
from query_api.application.ports import GraphReader
from query_api.application.search_answers import SearchAnswer, SearchRequest
from query_api.application.views import to_node
from query_api.domain.cursors import CursorCodec
from query_api.domain.names import parse_image_name
from query_api.errors import FieldError, InvalidRequestError

DESCENDANT_DEPTH: Final = 100
DESCENDANT_LIMIT: Final = 50_000


class SearchService:
    """Answers searches."""

    def __init__(
        self, graph: GraphReader, finder: ImageFinder, cursors: CursorCodec, directory: AccountDirectory
    ) -> None:
        self._graph = graph
        self._finder = finder
        self._cursors = cursors
        self._directory = directory

    async def answer(self, request: SearchRequest) -> SearchAnswer:
        """A page of images, the newest first."""
        text = request.model_dump_json(exclude={"cursor", "limit"})
        question = f"search|{hashlib.sha256(text.encode()).hexdigest()}"
        position = self._cursors.decode(question, request.cursor) if request.cursor else None
        after = SearchCursor(created_at=str(position[0]), id=str(position[1])) if position else None
        filters = to_filters(request)
        truncated = False
        if request.id is not None and (stream := parse_image_name(request.id).stream_id) is not None:
            found = await self._graph.find_vertices([stream])
            page = _select(found.values(), filters, request.limit, after)
        elif request.derived_from is not None:
            image = await self._finder.get_image(request.derived_from)
            lineage = await self._graph.load_lineage(
                image.id, Direction.DESCENDANTS, DESCENDANT_DEPTH, DESCENDANT_LIMIT
            )
            truncated = lineage.truncated or lineage.deeper
            descendants = [node.vertex for node in lineage.nodes if node.relation == "descendant"]
            page = _select(descendants, filters, request.limit, after)
        else:
            page = await self._graph.search(filters, request.limit, after)
        accounts = await self._directory.load(page.vertices)
        return SearchAnswer(
            images=tuple(name_account(to_node(image), accounts) for image in page.vertices),
            truncated=truncated or page.after is not None,
            next_cursor=self._cursors.encode(question, [page.after.created_at, page.after.id])
            if page.after is not None
            else None,
        )


def to_filters(request: SearchRequest) -> SearchFilters:
    """The filters as the graph knows them.

    Raises:
        InvalidRequestError: an id or a tag is malformed.
    """
    name = parse_image_name(request.id) if request.id is not None else None
    tags: dict[str, str | None] = {}
    if request.tag is not None:
        key, equals, value = request.tag.partition("=")
        if not key:
            raise InvalidRequestError(
                "A tag filter is Key or Key=value.", (FieldError("tag", "the key is missing"),)
            )
        tags[key] = value if equals else None
    region = name.region if name is not None and name.region is not None else request.region
    if request.region not in {None, region}:
        raise InvalidRequestError(
            "id and region name different Regions.", (FieldError("region", "not the Region of id"),)
        )
    return SearchFilters(
        resource_id=name.image_id if name is not None else None,
        name=request.name,
        account_id=request.account,
        region=region,
        state=request.state,
        method=request.method,
        confidence=request.confidence,
        terminal_reason=request.terminal_reason,
        created_by=request.created_by,
        created_from=request.created_after,
        created_before=request.created_before,
        tags=tags,
        public=request.public,
    )


def _select(
    vertices: Iterable[Vertex], filters: SearchFilters, limit: int, after: SearchCursor | None
) -> SearchPage:
    """The page of a search over these images, in the order of the graph's own search."""
    matches = build_matcher(filters)
    images = sorted((one for one in vertices if matches(one)), key=lambda one: one.id)
    images.sort(key=sort_key, reverse=True)
    if after is not None:
        images = [
            one
            for one in images
            if sort_key(one) < after.created_at or (sort_key(one) == after.created_at and one.id > after.id)
        ]
    page = tuple(images[:limit])
    more = len(images) > limit
    return SearchPage(page, SearchCursor(created_at=sort_key(page[-1]), id=page[-1].id) if more else None)
