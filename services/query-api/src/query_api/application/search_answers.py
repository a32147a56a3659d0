"""What a search may ask, and the shape of its answer (DESIGN 8)."""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ami_lineage_contracts.graph import Confidence, TerminalReason
from query_api.application.answers import Answer, Node

ACCOUNT: Final = re.compile(r"[0-9]{12}")
MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z)?")


def _check_account(text: str) -> str:
    if not ACCOUNT.fullmatch(text):
        raise PydanticCustomError("account", "an account id has 12 digits, such as 111122223333")
    return text


def _check_moment(text: str) -> str:
    if not (MOMENT.fullmatch(text) and _is_in_the_calendar(text)):
        raise PydanticCustomError(
            "moment", "not a date such as 2026-01-31, or time such as 2026-01-31T08:00:00Z"
        )
    return text


def _is_in_the_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


Account = Annotated[str, AfterValidator(_check_account)]
Moment = Annotated[str, AfterValidator(_check_moment)]


class SearchRequest(Answer):
    """Filters, all of which must hold. `name` may hold ``*`` and ``?``; `tag` is ``Key`` or ``Key=value``."""

    id: str | None = Field(default=None, max_length=200)
    name: str | None = Field(default=None, min_length=1, max_length=200)
    account: Account | None = None
    region: str | None = Field(default=None, max_length=64)
    state: str | None = Field(default=None, max_length=64)
    tag: str | None = Field(default=None, min_length=1, max_length=400)
    method: str | None = Field(default=None, max_length=64)
    confidence: Confidence | None = None
    terminal_reason: TerminalReason | None = None
    derived_from: str | None = Field(default=None, max_length=300)
    public: bool | None = None
    created_by: str | None = Field(default=None, min_length=1, max_length=2048)
    created_after: Moment | None = None
    created_before: Moment | None = None
    limit: int = Field(default=50, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=4096)


class SearchAnswer(Answer):
    """Images, the newest first; those without a known time of creation last."""

    images: tuple[Node, ...]
    truncated: bool
    next_cursor: str | None = None
