"""All questions that can be asked, in one place."""

from dataclasses import dataclass

from query_api.application.context import ContextService
from query_api.application.diff import DiffService
from query_api.application.history import HistoryService
from query_api.application.images import ImageFinder
from query_api.application.impact import ImpactService
from query_api.application.lineage import LineageService
from query_api.application.overview import OverviewService
from query_api.application.provenance import ProvenanceService
from query_api.application.search import SearchService
from query_api.application.survey import Survey
from query_api.application.usage import UsageService


@dataclass(frozen=True)
class Services:
    """What the handlers use."""

    finder: ImageFinder
    lineage: LineageService
    provenance: ProvenanceService
    history: HistoryService
    search: SearchService
    overview: OverviewService
    context: ContextService
    impact: ImpactService
    usage: UsageService
    diff: DiffService
    survey: Survey
