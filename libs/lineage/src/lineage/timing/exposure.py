"""The exposure ledger: what ever ran one of some images between two times, also what is gone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from ami_lineage_contracts.graph import Confidence
from lineage.closure.results import InstanceClosure, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """An instance ran an image in [begin, end), cut to the window that was asked for.

    `begin` None: the beginning is not known, so it may lie anywhere before `end`. `end` None: it still ran at the
    end of the window. `image` None: what it ran is not known, so that it may have been exposed.
    """

    instance: str
    image: str | None
    begin: datetime | None
    end: datetime | None
    confidence: Confidence
    evidence: tuple[str, ...]


def find_exposures(
    closures: Iterable[InstanceClosure],
    images: Collection[str],
    begin: datetime,
    end: datetime,
    *,
    with_unknown: bool = False,
) -> list[Exposure]:
    """Runs of one of these images (an image and its descendants) that overlap [begin, end).

    `with_unknown` adds the runs of which the image is not known. Sorted by beginning, instance and image.
    """
    found = [
        _cut(closure.stream_id, run, begin, end)
        for closure in closures
        for run in closure.runs
        if _overlaps(run, begin, end) and (run.image in images or (with_unknown and run.image is None))
    ]
    return sorted(found, key=lambda each: (each.begin or begin, each.instance, each.image or ""))


def _overlaps(run: Run, begin: datetime, end: datetime) -> bool:
    return (run.valid_from is None or run.valid_from < end) and (run.valid_to is None or begin < run.valid_to)


def _cut(instance: str, run: Run, begin: datetime, end: datetime) -> Exposure:
    return Exposure(
        instance=instance,
        image=run.image,
        begin=max(run.valid_from, begin) if run.valid_from is not None else None,
        end=run.valid_to if run.valid_to is not None and run.valid_to < end else None,
        confidence=run.confidence,
        evidence=run.evidence,
    )
