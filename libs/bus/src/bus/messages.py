"""A message from a queue, and what is to become of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """One SQS message. `receive_count`: how often it was handed out, this time included."""

    model_config = ConfigDict(frozen=True)

    id: str
    body: str
    receive_count: int = 1
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`done`: delete it. `retry`: show it again later. `dead`: to the dead letters, with the reason."""

    kind: Literal["done", "retry", "dead"]
    reason: str = ""
    after_seconds: int | None = field(default=None)


def done() -> Outcome:
    """The message was handled."""
    return Outcome("done")


def retry(after_seconds: int | None = None) -> Outcome:
    """Handle it again, after so many seconds; None: later each time, with jitter."""
    return Outcome("retry", after_seconds=after_seconds)


def dead(reason: str) -> Outcome:
    """It can never be handled, because of this."""
    return Outcome("dead", reason=reason)
