"""structlog as JSON on stderr, with the context of the work at hand, and without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

SECRET_KEY: Final = re.compile(r"(^|_)(key|secret|token|authorization|password|cookie|code)$", re.IGNORECASE)
SECRET_TEXT: Final = re.compile(r"aml_[A-Za-z0-9_-]+|(?<=code=)[A-Za-z0-9_-]+")
"""Our own keys and login codes, wherever they stand in a text."""
REDACTED: Final = "[redacted]"


def redact(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: values under telling names, and our own keys in any text, are blotted out."""
    for name, value in event.items():
        if SECRET_KEY.search(name):
            event[name] = REDACTED
        elif isinstance(value, str):
            event[name] = SECRET_TEXT.sub(REDACTED, value)
    return event


def configure_logging(service: str, level: str = "INFO") -> None:
    """Set up structlog for this process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
