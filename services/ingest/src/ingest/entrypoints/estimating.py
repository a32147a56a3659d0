"""The option `--estimate`: what an import would read, from the names and sizes alone."""

import math
import sys
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from ingest.application.sources import RecordSource

_BYTES_A_RECORD: Final = {".gz": 160, ".parquet": 250}
"""Of CloudTrail with all its services, as stored; a record has about 1,500 bytes of JSON."""
_BYTES_OF_JSON: Final = 1500
_RECORDS_A_SECOND: Final = 4000
_OBJECTS_A_SECOND: Final = {1: 400, 2: 150}
"""From a disk; over a network."""


class Estimate(BaseModel):
    """Objects and bytes are counted, records and seconds are guessed from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    objects: int
    bytes: int
    records_estimated: int
    seconds_estimated: int


def build_estimate(sources: Sequence[RecordSource]) -> Estimate:
    """List what the selection wants, and read nothing.

    Raises:
        SourceUnavailableError: a source does not answer, or refuses to list.
    """
    objects = size = 0
    records = seconds = 0.0
    for source in sources:
        for unit in source.list_units():
            objects += 1
            size += unit.size
            ending = unit.name[unit.name.rfind(".") :].lower()
            records += unit.size / _BYTES_A_RECORD.get(ending, _BYTES_OF_JSON)
            seconds += 1 / _OBJECTS_A_SECOND[min(source.parallel, 2)]
    return Estimate(
        objects=objects,
        bytes=size,
        records_estimated=round(records),
        seconds_estimated=math.ceil(max(seconds, records / _RECORDS_A_SECOND)),
    )


def print_estimate(estimate: Estimate, *, as_json: bool) -> None:
    """As JSON, or as a table for people."""
    if as_json:
        sys.stdout.write(estimate.model_dump_json() + "\n")
        return
    table = Table(title="An import would read", show_header=False)
    table.add_row("objects", f"{estimate.objects:,}")
    table.add_row("bytes", f"{estimate.bytes:,}")
    table.add_row("records, about", f"{estimate.records_estimated:,}")
    table.add_row("seconds, about", f"{estimate.seconds_estimated:,}")
    Console().print(table)
