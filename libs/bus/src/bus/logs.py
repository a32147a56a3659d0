"""structlog as JSON on stderr, with the context of the work at hand, and without secrets."""

import io
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO, cast

import structlog

SECRET_NAME: Final = re.compile(
    r"key|secret|token|authorization|password|cookie|credential|^(login_)?code$", re.IGNORECASE
)
SECRET_TEXT: Final = re.compile(
    r"aml_[A-Za-z0-9_-]+"
    r"|(?<=[?&]code=)[^\s&\"']+"
    r"|(?<=Signature=)[0-9a-fA-F]+"
    r"|(?<=authorization: )[^\r\n]+"
    r"|(?<=security-token=)[^\s&\"']+"
    r"|(?<=secret_access_key=)[^\s&\"']+"
    r"|(?<=password=)[^\s&\"']+",
    re.IGNORECASE,
)
"""Our own keys and login codes, and AWS's signatures and tokens, wherever they stand in a text."""
REDACTED: Final = "[redacted]"
SERVICE: Final = "service"


def redact(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: values under telling names, and secrets in any text, are blotted out."""
    for name, value in event.items():
        event[name] = _clean(name, value)
    return event


def _clean(name: str, value: object) -> object:
    if SECRET_NAME.search(name) and value is not None:
        return REDACTED
    if isinstance(value, str):
        return SECRET_TEXT.sub(REDACTED, value)
    if isinstance(value, Mapping):
        return {key: _clean(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return SECRET_TEXT.sub(REDACTED, str(value))


class _Stderr(io.TextIOBase):
    """Writes to what is stderr at that time, also after somebody replaced it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logging(service: str, level: str = "INFO") -> None:
    """Set up structlog for this process, and bring what libraries log into the same stream."""

    def add_service(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault(SERVICE, service)
        return event

    stderr = cast("TextIO", _Stderr())
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_service,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
