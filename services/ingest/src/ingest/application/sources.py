"""Where records come from: a source lists units (files, objects, days of an API) and opens each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ami_lineage_contracts.events.coverage import CaptureSource


@dataclass(frozen=True, slots=True)
class Unit:
    """What is read, and finished, as one: `stamp` changes whenever its content may; `size` in stored bytes."""

    name: str
    stamp: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """What a source knows to have read whole for an account and Region, whether it held records or not.

    `denied`: the AWS actions that were refused; `failed`: what else could not be read.
    """

    account_id: str
    region: str
    covers_from: datetime
    covers_to: datetime
    denied: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class Documents(Iterator[object], Protocol):
    """What a unit holds, one after the other; closed when it is not read to its end."""

    def close(self) -> None:
        """Give back what it holds."""
        ...


class RecordSource(Protocol):
    """One way to history; synchronous, since it runs in threads beside the appending loop.

    `capture` says in coverage what it was; `parallel` how many units are worth opening at once.
    """

    @property
    def capture(self) -> CaptureSource:
        """The kind of capture."""
        ...

    @property
    def parallel(self) -> int:
        """Units to open ahead; 1 opens each when it is read."""
        ...

    def list_units(self) -> Iterator[Unit]:
        """All that the selection may want, in a stable order.

        Raises:
            SourceUnavailableError: it does not answer; what was read stays.
            SourceDeniedError: a permission is missing.
        """
        ...

    def open(self, unit: Unit) -> Documents:
        """The unit's documents; what travels over a network has arrived when this returns.

        Raises:
            ForeignFileError: it holds something else than records.
            UnreadableFileError: it cannot be read (to its end).
        """
        ...

    def list_scans(self) -> Sequence[Scan]:
        """What was covered by what was opened; empty when only the records can tell."""
        ...
