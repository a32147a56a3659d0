"""The REST API (DESIGN 8)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from graph_store.read_models import Direction, Include
from query_api.application.answers import (
    HistoryAnswer,
    LineageAnswer,
    ProvenanceAnswer,
)
from query_api.application.context_answers import SecurityContextAnswer
from query_api.application.history import to_history_csv
from query_api.application.impact_answers import ImpactAnswer, ImpactRequest
from query_api.application.impact_csv import to_impact_csv
from query_api.application.lineage import INCLUDABLE, LineageQuestion
from query_api.application.platform_answers import CoverageAnswer, GenerationsAnswer, OverviewAnswer
from query_api.application.search_answers import SearchAnswer, SearchRequest
from query_api.application.services import Services
from query_api.application.usage_answers import DiffAnswer, UsageAnswer
from query_api.domain.moments import Cut, parse_moment
from query_api.entrypoints.guards import require
from query_api.errors import FieldError, InvalidRequestError

DIRECTIONS: Final = {
    "ancestors": Direction.ANCESTORS,
    "upstream": Direction.ANCESTORS,
    "descendants": Direction.DESCENDANTS,
    "downstream": Direction.DESCENDANTS,
    "both": Direction.BOTH,
}

ImagePath = Annotated[
    str,
    PathParameter(
        description="Image id, `region/id`, ARN or stream id; slashes may be percent-encoded.",
        examples=[Example(value="ami-0a1b2c3d4e5f60718")],
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="Rows of a page.")]
AsOf = Annotated[
    str | None,
    QueryParameter(description="What was true then, by all that is known now (UTC).", max_length=64),
]
KnownAt = Annotated[
    str | None,
    QueryParameter(
        description="What was known then: only events recorded by then count (UTC).", max_length=64
    ),
]
Cursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before.", max_length=4096)
]


class ImageController(Controller):
    """Questions about one image."""

    path = "/api/v1/ami"
    tags: Sequence[str] | None = ("images",)
    guards = (require("read"),)

    @get("/{image:str}/lineage", operation_id="getLineage", summary="Ancestors and descendants")
    async def get_lineage(  # noqa: PLR0917 - one parameter for each part of the question
        self,
        services: NamedDependency[Services],
        image: ImagePath,
        direction: Annotated[
            Literal["ancestors", "descendants", "both", "upstream", "downstream"],
            QueryParameter(description="`upstream` means ancestors, `downstream` descendants."),
        ] = "both",
        depth: Annotated[int, QueryParameter(ge=1, le=100, description="Steps from the image.")] = 10,
        include: Annotated[
            str | None, QueryParameter(description="`instances`, `snapshots`, or both with a comma.")
        ] = None,
        limit: Limit = 1000,
        cursor: Cursor = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> LineageAnswer:
        """Where an image came from and what was made of it."""
        return await services.lineage.answer(
            LineageQuestion(
                image=unquote(image),
                direction=DIRECTIONS[direction],
                depth=depth,
                include=_read_include(include),
                limit=limit,
                cursor=cursor,
                cut=read_cut(as_of, known_at),
            )
        )

    @get("/{image:str}/provenance", operation_id="getProvenance", summary="Chain of custody with evidence")
    async def get_provenance(
        self,
        services: NamedDependency[Services],
        image: ImagePath,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> ProvenanceAnswer:
        """The chain to every end, with the events that prove each step."""
        return await services.provenance.answer(unquote(image), read_cut(as_of, known_at))

    @get("/{image:str}/usage", operation_id="getUsage", summary="Who launches it, what runs it")
    async def get_usage(
        self, services: NamedDependency[Services], image: ImagePath, limit: Limit = 1000
    ) -> UsageAnswer:
        """Launches by principal and account, what runs the image itself now, and what refers to it."""
        return await services.usage.answer(unquote(image), limit)

    @get("/{image:str}/diff", operation_id="getDiff", summary="What changed between two times")
    async def get_diff(
        self,
        services: NamedDependency[Services],
        image: ImagePath,
        from_: Annotated[str, QueryParameter(name="from", description="Begin (UTC).", max_length=64)],
        to: Annotated[
            str | None, QueryParameter(description="End (UTC); now by default.", max_length=64)
        ] = None,
    ) -> DiffAnswer:
        """State, tags, sharing, parents, children and instances that changed in between."""
        begin = parse_moment(from_, "from")
        if begin is None:
            raise InvalidRequestError("from is needed.", (FieldError("from", "it is empty"),))
        return await services.diff.answer(unquote(image), begin, parse_moment(to, "to") or datetime.now(UTC))

    @get("/{image:str}/history", operation_id="getHistory", summary="Every event of an image")
    async def get_history(
        self,
        request: Request[Any, Any, Any],
        services: NamedDependency[Services],
        image: ImagePath,
        limit: Limit = 200,
        cursor: Cursor = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        format_: Annotated[
            Literal["json", "csv"] | None, QueryParameter(name="format", description="Instead of `Accept`.")
        ] = None,
    ) -> Response[HistoryAnswer | str]:
        """Every event, the oldest first; as CSV on request."""
        answer = await services.history.answer(unquote(image), limit, cursor, read_cut(as_of, known_at))
        wants_csv = format_ == "csv" or (format_ is None and "text/csv" in request.headers.get("accept", ""))
        if not wants_csv:
            return Response(answer)
        headers = {"x-next-cursor": answer.next_cursor} if answer.next_cursor else {}
        return Response(to_history_csv(answer.events), media_type="text/csv; charset=utf-8", headers=headers)

    @get("/{image:str}/security-context", operation_id="getSecurityContext", summary="May it be used?")
    async def get_security_context(
        self,
        services: NamedDependency[Services],
        image: ImagePath,
        include_compliance: Annotated[
            bool, QueryParameter(description="Also the verdicts of the policy in force.")
        ] = False,
    ) -> SecurityContextAnswer:
        """All that decides whether an image may be used; what is not known is said to be unknown."""
        return await services.context.answer(unquote(image), include_compliance=include_compliance)

    @post("/search", operation_id="searchImages", summary="Find images", status_code=200)
    async def search(
        self,
        services: NamedDependency[Services],
        data: Annotated[SearchRequest, Body(description="All filters must hold.")],
    ) -> SearchAnswer:
        """Images that match all filters, the newest first."""
        return await services.search.answer(data)


class PlatformController(Controller):
    """Questions about the whole."""

    path = "/api/v1"
    tags: Sequence[str] | None = ("platform",)
    guards = (require("read"),)

    @get("/overview", operation_id="getOverview", summary="Counts at a glance")
    async def get_overview(self, services: NamedDependency[Services]) -> OverviewAnswer:
        """Counts, ends of chains, recent images, lag."""
        return await services.overview.answer()

    @get("/coverage", operation_id="getCoverage", summary="What was seen, since when")
    async def get_coverage(
        self,
        services: NamedDependency[Services],
        explain: Annotated[
            bool,
            QueryParameter(description="Also which missing source explains how much of what is unknown."),
        ] = False,
    ) -> CoverageAnswer:
        """Per account and Region: since when, from what, lag, gaps, denied actions."""
        return await services.survey.answer(explain=explain)

    @post("/security-impact", operation_id="postSecurityImpact", summary="Blast radius", status_code=200)
    async def post_impact(
        self,
        request: Request[Any, Any, Any],
        services: NamedDependency[Services],
        data: Annotated[ImpactRequest, Body(description="Exactly one of ami_id, account and principal.")],
    ) -> Response[ImpactAnswer | str]:
        """What is affected now, what the next scale-out would start, and what did run it; CSV by `Accept`."""
        answer = await services.impact.answer(data)
        if "text/csv" not in request.headers.get("accept", ""):
            return Response(answer)
        headers = {"x-next-cursor": answer.next_cursor} if answer.next_cursor else {}
        return Response(to_impact_csv(answer), media_type="text/csv; charset=utf-8", headers=headers)

    @get("/generations", operation_id="getGenerations", summary="Which graph answers, up to when")
    async def get_generations(self, services: NamedDependency[Services]) -> GenerationsAnswer:
        """The active generation and its checkpoint."""
        return await services.overview.list_generations()


def read_cut(as_of: str | None, known_at: str | None) -> Cut:
    """The time of a question."""
    return Cut(parse_moment(as_of, "as_of"), parse_moment(known_at, "known_at"))


def _read_include(text: str | None) -> frozenset[Include]:
    names = frozenset(part.strip() for part in text.split(",")) if text else frozenset()
    unknown = sorted(names - set(INCLUDABLE))
    if unknown:
        raise InvalidRequestError(
            f"include knows {' and '.join(INCLUDABLE)}.",
            tuple(FieldError("include", f"{name!r} is not known") for name in unknown),
        )
    return frozenset(name for name in INCLUDABLE if name in names)
