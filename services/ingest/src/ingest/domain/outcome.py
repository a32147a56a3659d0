"""What became of one record."""

from dataclasses import dataclass

from ami_lineage_contracts.envelope import EventEnvelope
from ingest.domain.decoding import JsonObject


@dataclass(frozen=True, slots=True)
class Normalised:
    """Events, or why there are none: `ignored` is of no concern here, `rejected` could not be understood.

    `record` is the raw record without the envelope it came in, `record_id` its name in the log.
    `not_understood`: the ids that a write named which no operation of the registry understands.
    """

    record_id: str | None = None
    record: JsonObject | None = None
    events: tuple[EventEnvelope, ...] = ()
    ignored: str | None = None
    rejected: str | None = None
    not_understood: tuple[str, ...] = ()


def ignore(reason: str, not_understood: tuple[str, ...] = ()) -> Normalised:
    """A record that says nothing about what is kept here."""
    return Normalised(ignored=reason, not_understood=not_understood)


def reject(reason: str, record_id: str | None = None) -> Normalised:
    """A record that should say something but cannot be understood."""
    return Normalised(rejected=reason, record_id=record_id)
