"""All questions that can be asked, in one place."""

from dataclasses import dataclass

from query_api.application.context import ContextService
from query_api.application.history import HistoryService
from query_api.application.images import ImageFinder
from query_api.application.lineage import LineageService
from query_api.application.overview import OverviewService
from query_api.application.provenance import ProvenanceService
from query_api.application.search import SearchService


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
