"""The composition root: the only place where parts are put together."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from query_api.adapters.credentials import CredentialStore
from query_api.adapters.secrets import derive_key
from query_api.application.accounts import AccountDirectory
from query_api.application.capturing import CoverageReader
from query_api.application.context import ContextService
from query_api.application.diff import DiffService
from query_api.application.history import HistoryService
from query_api.application.images import ImageFinder
from query_api.application.impact import ImpactService
from query_api.application.lineage import LineageService
from query_api.application.overview import OverviewService
from query_api.application.ports import EventReader, GraphReader, VerdictReader
from query_api.application.provenance import ProvenanceService
from query_api.application.search import SearchService
from query_api.application.services import Services
from query_api.application.surroundings import Surroundings
from query_api.application.survey import Survey
from query_api.application.unsure_groups import UnsureGroups
from query_api.application.usage import UsageService
from query_api.domain.cursors import CursorCodec
from query_api.domain.rate_limit import RateLimiter
from query_api.entrypoints.app import build_app
from query_api.entrypoints.gate import Gate, GateRules
from query_api.entrypoints.operations import Metrics
from query_api.settings import QueryApiSettings

FAILURES_PER_SECOND = 20.0
FAILURES_AT_ONCE = 200


def read_seconds() -> float:
    """Seconds that only grow."""
    return time.monotonic()


def read_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


def build_service(
    *,
    settings: QueryApiSettings,
    graph: GraphReader,
    events: EventReader,
    verdicts: VerdictReader,
    credentials: CredentialStore,
    secret: bytes,
    clock: Callable[[], float] = read_seconds,
) -> Gate:
    """The whole application over the given stores."""
    cursors = CursorCodec(derive_key(secret, "cursors"))
    finder = ImageFinder(graph)
    metrics = Metrics()
    now = read_now
    directory = AccountDirectory(graph)
    coverage = CoverageReader(events, now)
    around = Surroundings(directory, coverage)
    services = Services(
        finder=finder,
        lineage=LineageService(graph, events, finder, cursors, around),
        provenance=ProvenanceService(graph, events, finder, around),
        history=HistoryService(events, finder, cursors, around),
        search=SearchService(graph, finder, cursors, directory),
        overview=OverviewService(graph, now),
        context=ContextService(graph, verdicts, finder, around),
        impact=ImpactService(graph, finder, cursors, around, UnsureGroups(graph, now)),
        usage=UsageService(graph, finder, around),
        diff=DiffService(graph, events, finder, around),
        survey=Survey(graph, coverage, now),
    )
    rules = GateRules(
        host_names=settings.host_names,
        limiter=RateLimiter(settings.rate_per_second, settings.rate_burst, clock),
        failure_limiter=RateLimiter(FAILURES_PER_SECOND, FAILURES_AT_ONCE, clock),
        observe=metrics.observe,
    )
    return Gate(build_app(services, credentials, settings, metrics), credentials, rules)
