"""The web page: overview, search, one image."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import ValidationError

from graph_store.read_models import Direction
from query_api.application.answers import LineageAnswer
from query_api.application.impact_answers import ImpactRequest
from query_api.application.lineage import LineageQuestion
from query_api.application.search_answers import SearchAnswer, SearchRequest
from query_api.application.services import Services
from query_api.application.usage_answers import UsageAnswer
from query_api.domain.drawing import Drawing, DrawnEdge, DrawnImage, draw
from query_api.domain.moments import Cut, parse_moment
from query_api.domain.names import parse_image_name
from query_api.entrypoints.guards import require
from query_api.entrypoints.rendering import Pages
from query_api.errors import AmbiguousImageError, FieldError, ImageNotFoundError, InvalidRequestError

DEPTH: Final = 25
PAGE_NODES: Final = 1000
TABLE_ROWS: Final = 200
USAGE_ROWS: Final = 200
IMPACT_ROWS: Final = 200
RESULTS: Final = 50
READ = (require("read"),)

Field = Annotated[str | None, QueryParameter(max_length=2048)]


@get("/", include_in_schema=False, guards=READ)
async def get_overview_page(
    request: Request[Any, Any, Any], services: NamedDependency[Services], pages: NamedDependency[Pages]
) -> Response[str]:
    """The whole at a glance."""
    return pages.render(request, "overview.html", overview=await services.overview.answer())


@get("/images", include_in_schema=False, guards=READ)
async def get_search_page(  # noqa: PLR0917 - one parameter for each filter of the form
    request: Request[Any, Any, Any],
    services: NamedDependency[Services],
    pages: NamedDependency[Pages],
    q: Field = None,
    name: Field = None,
    account: Field = None,
    region: Field = None,
    state_: Annotated[str | None, QueryParameter(name="state", max_length=2048)] = None,
    tag: Field = None,
    method: Field = None,
    confidence: Field = None,
    terminal_reason: Field = None,
    derived_from: Field = None,
    created_by: Field = None,
    created_after: Field = None,
    created_before: Field = None,
    public: Field = None,
    cursor: Field = None,
) -> Response[str]:
    """Search results; a name that stands for one image leads to its page."""
    filters = {
        "name": name,
        "account": account,
        "region": region,
        "state": state_,
        "tag": tag,
        "method": method,
        "confidence": confidence,
        "terminal_reason": terminal_reason,
        "derived_from": derived_from,
        "created_by": created_by,
        "created_after": created_after,
        "created_before": created_before,
        "public": public,
    }
    filters = {key: value.strip() for key, value in filters.items() if value and value.strip()}
    text = (q or "").strip()
    if text:
        if found := await _find_named(services, text):
            location = f"{request.scope['state']['stage']}/images/{found}"
            return Response("", status_code=303, headers={"location": location})
        filters |= _read_text(text)
    problems: tuple[FieldError, ...] = ()
    answer: SearchAnswer | None = None
    try:
        answer = await services.search.answer(
            SearchRequest.model_validate({**filters, "limit": RESULTS, "cursor": cursor})
        )
    except ValidationError as error:
        problems = tuple(
            FieldError(".".join(map(str, item["loc"])), str(item["msg"])) for item in error.errors()
        )
    except InvalidRequestError as error:
        problems = error.errors or (FieldError("filters", str(error)),)
    except (ImageNotFoundError, AmbiguousImageError) as error:
        problems = (FieldError("derived_from", str(error)),)
    return pages.render(
        request,
        "search.html",
        status_code=400 if problems else 200,
        answer=answer,
        filters=filters,
        problems=problems,
        text=text,
        query=urlencode(filters),
    )


@get("/images/{stream:path}", include_in_schema=False, guards=READ)
async def get_image_page(
    request: Request[Any, Any, Any],
    services: NamedDependency[Services],
    pages: NamedDependency[Pages],
    stream: FromPath[Path],
    as_of: Field = None,
    known_at: Field = None,
) -> Response[str]:
    """Everything about one image, now or at a time."""
    cut = Cut(parse_moment(as_of, "as_of"), parse_moment(known_at, "known_at"))
    name = str(stream).strip("/")
    image = await services.finder.get_image(name)
    ancestors, descendants, usage, compliance = await asyncio.gather(
        services.lineage.answer(
            LineageQuestion(
                image=image.id, direction=Direction.ANCESTORS, depth=100, limit=PAGE_NODES, cut=cut
            )
        ),
        services.lineage.answer(
            LineageQuestion(
                image=image.id, direction=Direction.DESCENDANTS, depth=DEPTH, limit=PAGE_NODES, cut=cut
            )
        ),
        _find_usage(services, image.id, cut),
        services.context.find_compliance(image.id),
    )
    return pages.render(
        request,
        "image.html",
        image=ancestors.image,
        drawing=build_drawing(ancestors, descendants),
        ancestors=_to_rows(ancestors),
        descendants=_to_rows(descendants),
        more=any(side.truncated or side.deeper for side in (ancestors, descendants)),
        table_rows=TABLE_ROWS,
        history=ancestors.history,
        unknowns=ancestors.unknowns,
        usage=usage,
        as_of=cut.as_of_key,
        known_at=cut.known_at_key,
        when=urlencode({"as_of": cut.as_of_key or "", "known_at": cut.known_at_key or ""}),
        compliance=compliance,
        terminal_reason=ancestors.image.terminal_reason,
    )


@get("/impact", include_in_schema=False, guards=READ)
async def get_impact_page(
    request: Request[Any, Any, Any],
    services: NamedDependency[Services],
    pages: NamedDependency[Pages],
    ami_id: Field = None,
    account: Field = None,
    principal: Field = None,
    from_: Annotated[str | None, QueryParameter(name="from", max_length=64)] = None,
    to: Field = None,
) -> Response[str]:
    """The blast radius of what the form names."""
    given = {"ami_id": ami_id, "account": account, "principal": principal, "from": from_, "to": to}
    filled = {key: value.strip() for key, value in given.items() if value and value.strip()}
    impact, problem, status = None, "", 200
    if filled:
        try:
            impact = await services.impact.answer(ImpactRequest.model_validate(filled))
        except ValidationError as error:
            status = 400
            problem = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        except (InvalidRequestError, ImageNotFoundError, AmbiguousImageError) as error:
            problem, status = str(error), 400
    return pages.render(
        request,
        "impact.html",
        status_code=status,
        impact=impact,
        problem=problem,
        given=filled,
        rows=IMPACT_ROWS,
    )


@get("/coverage", include_in_schema=False, guards=READ)
async def get_coverage_page(
    request: Request[Any, Any, Any], services: NamedDependency[Services], pages: NamedDependency[Pages]
) -> Response[str]:
    """What was captured of every account and Region, and what the missing sources leave unknown."""
    return pages.render(request, "coverage.html", coverage=await services.survey.answer(explain=True))


async def _find_usage(services: Services, image: str, cut: Cut) -> UsageAnswer | None:
    """Usage now; None for another time."""
    return await services.usage.answer(image, USAGE_ROWS) if cut.is_now else None


def build_drawing(ancestors: LineageAnswer, descendants: LineageAnswer) -> Drawing:
    """Both sides of an image as one drawing."""
    images = {
        node.id: DrawnImage(
            id=node.id,
            level=node.depth * sign if node.depth else 0,
            title=node.name or node.resource_id,
            subtitle=f"{node.account_id or 'account unknown'} · {node.region or 'Region unknown'}",
            account=node.account_id or "unknown",
            terminal_reason=node.terminal_reason if sign < 0 or not node.depth else None,
            known=not node.placeholder,
        )
        for answer, sign in ((descendants, 1), (ancestors, -1))
        for node in answer.nodes
    }
    edges = {
        (edge.source, edge.target): DrawnEdge(edge.source, edge.target, edge.method, edge.confidence)
        for answer in (ancestors, descendants)
        for edge in answer.edges
    }
    return draw(list(images.values()), list(edges.values()))


def _to_rows(answer: LineageAnswer) -> list[dict[str, object]]:
    """Each relative with the edges that tie it to the next image."""
    rows: list[dict[str, object]] = []
    for node in answer.nodes:
        if not node.depth:
            continue
        ancestors = answer.direction == "ancestors"
        edges = [edge for edge in answer.edges if (edge.target if ancestors else edge.source) == node.id]
        rows.append({"node": node, "edges": edges})
    return rows


async def _find_named(services: NamedDependency[Services], text: str) -> str | None:
    """Stream id of the one image of this name; None when the text is not one."""
    try:
        parse_image_name(text)
        return (await services.finder.get_image(text)).id
    except (InvalidRequestError, ImageNotFoundError, AmbiguousImageError):
        return None


def _read_text(text: str) -> dict[str, str]:
    """Filters for free text: an image id where it is one, else part of a name."""
    try:
        parse_image_name(text)
    except InvalidRequestError:
        return {"name": text if "*" in text or "?" in text else f"*{text}*"}
    return {"id": text}


PAGE_HANDLERS: Final = (
    get_overview_page,
    get_search_page,
    get_image_page,
    get_impact_page,
    get_coverage_page,
)
