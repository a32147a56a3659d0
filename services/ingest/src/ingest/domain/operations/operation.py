"""One entry of the registry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ingest.domain.call import Call, Fact
from ingest.domain.operations.subjects import Subject

EC2: Final = "ec2.amazonaws.com"
EBS: Final = "ebs.amazonaws.com"
AUTO_SCALING: Final = "autoscaling.amazonaws.com"
SSM: Final = "ssm.amazonaws.com"
IMAGE_BUILDER: Final = "imagebuilder.amazonaws.com"
SOURCES: Final = frozenset({EC2, EBS, AUTO_SCALING, SSM, IMAGE_BUILDER})


def never(_call: Call) -> str | None:
    """Every such call is of concern."""
    return None


@dataclass(frozen=True, slots=True)
class Operation:
    """A call that is understood.

    `streams`: kinds that a success touches. `normalise`: its facts, none when the record is hollow. `subjects`:
    what a failed call was about. Why a call is passed over, None when it is not: `find_unconcerned` by what was
    asked for, also when it failed; `find_uneventful` by what came of it.
    """

    event_source: str
    event_name: str
    streams: tuple[str, ...]
    normalise: Callable[[Call], list[Fact]]
    subjects: Callable[[Call], list[Subject]]
    find_unconcerned: Callable[[Call], str | None] = never
    find_uneventful: Callable[[Call], str | None] = never
