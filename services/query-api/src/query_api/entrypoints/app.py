"""The Litestar application behind the gate."""

from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router
from pydantic import BaseModel

from query_api.adapters.credentials import CredentialStore
from query_api.application.services import Services
from query_api.entrypoints.api import ImageController, PlatformController
from query_api.entrypoints.guards import refuse_unknown_parameters
from query_api.entrypoints.login import get_login, post_logout
from query_api.entrypoints.operations import (
    Metrics,
    get_docs,
    get_live,
    get_metrics,
    get_openapi,
    get_ready,
)
from query_api.entrypoints.pages import PAGE_HANDLERS
from query_api.entrypoints.problems import build_handler
from query_api.entrypoints.rendering import Pages
from query_api.settings import QueryApiSettings

STATIC: Final = Path(__file__).parents[1] / "static"
MAX_BODY_BYTES: Final = 1_048_576


def build_app(
    services: Services, credentials: CredentialStore, settings: QueryApiSettings, metrics: Metrics
) -> Litestar:
    """The application; only what the gate lets through may reach it."""
    pages = Pages(settings.banner)

    def provide(value: object) -> Provide:
        return Provide(lambda: value, use_cache=True, sync_to_thread=False)

    def check(request: Request[Any, Any, Any]) -> None:
        refuse_unknown_parameters(request)

    return Litestar(
        route_handlers=[
            ImageController,
            PlatformController,
            get_live,
            get_ready,
            get_metrics,
            get_openapi,
            get_docs,
            get_login,
            post_logout,
            *PAGE_HANDLERS,
            create_static_files_router(path="/static", directories=[STATIC], include_in_schema=False),
        ],
        dependencies={
            "services": provide(services),
            "pages": provide(pages),
            "credentials": provide(credentials),
            "settings": provide(settings),
        },
        state=State({"metrics": metrics}),
        before_request=check,
        exception_handlers={Exception: build_handler(pages)},
        type_encoders={BaseModel: encode_model},
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="AMI Lineage",
            version="1.0.0",
            description="Where images came from, what was made of them, and whether they may be used.",
            path="/schema",
            render_plugins=[],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "apiKey": SecurityScheme(type="apiKey", name="x-api-key", security_scheme_in="header")
                }
            ),
            security=[{"apiKey": []}],
        ),
        logging_config=None,
    )


def encode_model(model: BaseModel) -> msgspec.Raw:
    """A model as JSON, written by pydantic itself."""
    return msgspec.Raw(model.model_dump_json().encode())
