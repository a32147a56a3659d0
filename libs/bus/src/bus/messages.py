"""A message from a queue, and what is to become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Message(BaseModel):
    """One message. `receive_count`: how often it was handed out, this time included."""

    model_config = ConfigDict(frozen=True)

    id: str
    body: str
    receive_count: int = 1
    sent_at: datetime | None = None
    attributes: Mapping[str, str] = Field(default_factory=dict)


class Received(Message):
    """A message with the handle under which it can be deleted."""

    receipt_handle: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`done`: delete it. `retry`: show it again later. `dead`: to the dead letters, with the reason."""

    kind: Literal["done", "retry", "dead"]
    reason: str = ""
    after_seconds: int | None = None
    error_type: str = ""


def done() -> Outcome:
    """The message was handled."""
    return Outcome("done")


def retry(after_seconds: int | None = None, reason: str = "") -> Outcome:
    """Handle it again, after so many seconds; None: later each time, with jitter."""
    return Outcome("retry", reason=reason, after_seconds=after_seconds)


def dead(reason: str, error_type: str = "") -> Outcome:
    """It can never be handled, because of this."""
    return Outcome("dead", reason=reason, error_type=error_type)
