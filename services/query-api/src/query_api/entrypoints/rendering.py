"""Templates to pages."""

from datetime import datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response

from query_api.domain.principals import Principal
from query_api.domain.words import CONFIDENCES, TERMINAL_REASONS, explain_end, to_words

HTML: Final = "text/html"


class Pages:
    """Renders templates with what every page needs."""

    def __init__(self, banner: str) -> None:
        self._banner = banner
        self._templates = Environment(
            loader=PackageLoader("query_api"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "words": to_words,
            "moment": to_moment,
            "explain_end": explain_end,
            "short_principal": shorten_principal,
            "thousands": to_thousands,
        }
        self._templates.globals |= {"CONFIDENCES": CONFIDENCES, "TERMINAL_REASONS": TERMINAL_REASONS}

    def render(
        self, request: Request[Any, Any, Any], template: str, status_code: int = 200, **context: object
    ) -> Response[str]:
        """A page."""
        state = request.scope["state"]
        principal: Principal | None = state.get("principal")
        text = self._templates.get_template(template).render(
            base=state["stage"],
            banner=self._banner,
            principal=principal,
            correlation_id=state["correlation_id"],
            **context,
        )
        return Response(text, status_code=status_code, media_type=HTML)


def to_moment(text: str | None) -> str:
    """``2026-11-20 10:00:04 UTC``; ``unknown`` for nothing."""
    if not text:
        return "unknown"
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S UTC")


def to_thousands(number: int | None) -> str:
    """A number with thin groups; ``unknown`` for nothing."""
    return "unknown" if number is None else f"{number:,}"


def shorten_principal(arn: str | None) -> str:
    """What stands behind the account in an ARN: ``role/ImageBuilder``."""
    return arn.split(":", 5)[-1] if arn else "unknown"
