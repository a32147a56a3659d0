"""What every simulated call needs: the clock, the sources of chance, the organization and the world."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from random import Random

from ami_lineage_local.sample.identity import Caller, Callers
from ami_lineage_local.sample.names import Names
from ami_lineage_local.sample.organization import Organization
from ami_lineage_local.sample.recorder import EC2, Json, Recorder
from ami_lineage_local.sample.world import World


def _nowhere(work: Generator[int, None, None], delay: int = 0) -> None:
    """Before a simulation runs nothing happens later."""


@dataclass(slots=True)
class Stage:
    """The simulated cloud; `now` is in seconds since the epoch and set by the simulation.

    `start` queues a work that begins some seconds from now.
    """

    rng: Random
    names: Names
    organization: Organization
    callers: Callers
    recorder: Recorder
    world: World
    now: int = 0
    start: Callable[[Generator[int, None, None], int], None] = field(default=_nowhere)

    def pause(self, shortest: int = 20, longest: int = 240) -> int:
        """Seconds until the next step of somebody's work."""
        return self.rng.randint(shortest, longest)


@dataclass(frozen=True, slots=True)
class Desk:
    """An account and Region at which a caller works."""

    account_id: str
    region: str
    caller: Caller

    @property
    def place(self) -> tuple[str, str]:
        """Account and Region."""
        return self.account_id, self.region

    def call(
        self, stage: Stage, operation: str, request: Json, response: Json | None, source: str = EC2
    ) -> None:
        """Record a successful call made now; other services than EC2 may answer nothing."""
        stage.recorder.call(self.caller, self.place, stage.now, operation, request, response, source)

    def corrected_call(self, stage: Stage, operation: str, request: Json, response: Json) -> None:
        """Record a call whose parameters CloudTrail delivers only with a later correction."""
        stage.recorder.corrected_call(self.caller, self.place, stage.now, operation, request, response)

    def half_call(self, stage: Stage, operation: str, response: Json) -> None:
        """Record a call whose parameters were too large, while its response is there."""
        stage.recorder.half_call(self.caller, self.place, stage.now, operation, response)

    def hollow_call(self, stage: Stage, operation: str) -> None:
        """Record a call whose parameters and response were too large."""
        stage.recorder.hollow_call(self.caller, self.place, stage.now, operation)


def tag_items(tags: dict[str, str]) -> Json:
    """Tags as a set in the lowerCamel shape; empty without `items`."""
    return {"items": [{"key": key, "value": value} for key, value in tags.items()]} if tags else {}


def tag_specifications(*specifications: tuple[str, dict[str, str]]) -> Json:
    """Tags given at creation, by resource type."""
    return {
        "items": [
            {"resourceType": kind, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
            for kind, tags in specifications
        ]
    }
