"""Health, metrics, and the description of the API."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPI
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from query_api.application.services import Services
from query_api.entrypoints.guards import require
from query_api.entrypoints.rendering import Pages

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Metrics:
    """Metrics of this process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "ami_lineage_http_requests",
            "Requests by method and status.",
            ("method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ami_lineage_http_request_seconds",
            "Time to answer.",
            ("method",),
            buckets=BUCKETS,
            registry=self.registry,
        )

    def observe(self, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, str(status)).inc()
        self._seconds.labels(known).observe(seconds)


@get("/health/live", operation_id="getLive", tags=["operations"], sync_to_thread=False)
def get_live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@get("/health/ready", operation_id="getReady", tags=["operations"])
async def get_ready(services: NamedDependency[Services]) -> dict[str, str]:
    """The graph has a generation that can answer; 503 otherwise."""
    await services.overview.check_ready()
    return {"status": "ready"}


@get(
    "/metrics",
    operation_id="getMetrics",
    tags=["operations"],
    guards=[require("read")],
    media_type="text/plain",
    sync_to_thread=False,
)
def get_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Prometheus metrics."""
    metrics: Metrics = request.app.state["metrics"]
    return Response(generate_latest(metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})


@get("/openapi.json", include_in_schema=False, guards=[require("read")], sync_to_thread=False)
def get_openapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Description of the API."""
    return request.app.openapi_schema.to_schema()


@get("/docs", include_in_schema=False, guards=[require("read")], sync_to_thread=False)
def get_docs(request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
    """The operations as a page; needs nothing from elsewhere."""
    schema: OpenAPI = request.app.openapi_schema
    return pages.render(request, "docs.html", schema=schema.to_schema())
