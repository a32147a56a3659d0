"""Where a question of impact begins: one image, the images of an account, or what a principal made and launched."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from graph_store.models import Vertex
from graph_store.read_models import SearchFilters
from query_api.application.answers import Unknown
from query_api.application.images import ImageFinder
from query_api.application.impact_answers import ImpactRequest
from query_api.application.ports import GraphReader
from query_api.domain.blast_radius import Window
from query_api.errors import FieldError, InvalidRequestError, NotAvailableError

PAGE: Final = 1000
ROOTS_LIMIT: Final = 50_000
SESSION: Final = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/[^/]+")
STARTS: Final = ("ami_id", "account", "principal")
MISSING: Final = {
    "cve": "No vulnerability findings are recorded yet (Inspector, GetImageFindings), so no image can be found by a "
    "CVE. Ask with ami_id for the image that has it.",
    "finding_arn": "No findings are recorded yet (Security Hub, Inspector, GuardDuty). Ask with ami_id for the image "
    "that the finding names, or with account or principal.",
}


@dataclass(frozen=True)
class Roots:
    """Images at which the walk begins, and instances that are affected whatever they run."""

    images: list[str]
    instances: tuple[Vertex, ...] = ()
    unknowns: list[Unknown] = field(default_factory=list)
    truncated: bool = False


async def find_roots(
    graph: GraphReader, finder: ImageFinder, request: ImpactRequest, window: Window
) -> Roots:
    """The roots of a question.

    Raises:
        InvalidRequestError: not exactly one start is given, or the window ends before it begins.
        NotAvailableError: the start needs records that are not kept yet.
    """
    for name, detail in MISSING.items():
        if getattr(request, name) is not None:
            raise NotAvailableError(detail, (FieldError(name, "not available yet"),))
    given = [name for name in STARTS if getattr(request, name) is not None]
    if len(given) != 1:
        raise InvalidRequestError(
            "Give exactly one of ami_id, account and principal.",
            tuple(FieldError(name, "only one of these can be given") for name in given or STARTS),
        )
    if window.begin is not None and window.end is not None and window.begin >= window.end:
        raise InvalidRequestError("`to` must lie behind `from`.", (FieldError("to", "not behind from"),))
    if request.ami_id is not None:
        return Roots([(await finder.get_image(request.ami_id)).id])
    if request.account is not None:
        return await _find_account(graph, request.account)
    return await _find_principal(graph, str(request.principal), window)


async def _find_account(graph: GraphReader, account: str) -> Roots:
    images, truncated = await _search(graph, SearchFilters(account_id=account))
    if images:
        return Roots(images, truncated=truncated)
    return Roots([], unknowns=[_say_nothing(account, "No recorded image belongs to this account.")])


async def _find_principal(graph: GraphReader, principal: str, window: Window) -> Roots:
    """What it made and launched in the window; a session counts as its role."""
    names = [principal]
    if session := SESSION.fullmatch(principal):
        partition, account, role = session.groups()
        names.append(f"arn:{partition}:iam::{account}:role/{role}")
    images: list[str] = []
    truncated = False
    for name in names:
        found, cut = await _search(
            graph,
            SearchFilters(created_by=name, created_from=window.begin, created_before=window.end),
        )
        images += found
        truncated = truncated or cut
    instances = tuple([one async for one in _scan_launched(graph, names, window)])
    unknowns = []
    if not images and not instances:
        unknowns.append(
            _say_nothing(
                principal,
                "No recorded image or instance names this principal as its maker in this time. Give the ARN of the "
                "role or user as `created_by` and `launched_by` show it.",
            )
        )
    return Roots(sorted(set(images)), instances, unknowns, truncated)


async def _scan_launched(graph: GraphReader, names: list[str], window: Window) -> AsyncIterator[Vertex]:
    async for instance in graph.scan("Instance"):
        get = instance.properties.get
        launched_at = str(get("launched_at") or "")
        if (
            get("launched_by") in names
            and (window.begin is None or launched_at >= window.begin)
            and (window.end is None or launched_at < window.end)
        ):
            yield instance


async def _search(graph: GraphReader, filters: SearchFilters) -> tuple[list[str], bool]:
    images: list[str] = []
    after = None
    while True:
        page = await graph.search(filters, PAGE, after)
        images += [vertex.id for vertex in page.vertices]
        if page.after is None or len(images) >= ROOTS_LIMIT:
            return images, page.after is not None
        after = page.after


def _say_nothing(subject: str, detail: str) -> Unknown:
    return Unknown(
        subject=subject, reason="nothing_recorded", detail=f"{detail} That does not mean that there is none."
    )
